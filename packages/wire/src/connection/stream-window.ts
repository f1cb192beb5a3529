/**
 * How many bytes one direction of a stream may carry before its receiver has consumed any: what a slow client can make
 * each side hold. At 256 KiB a body or burst of common size needs no `credit` frame, and a stream reaches 256 MB/s at a
 * round trip of 1 ms.
 */
export const STREAM_WINDOW_BYTES = 256 * 1024;
