/**
 * How many bytes of body may be on their way before the server has taken any. At 256 KiB a body of common size needs no
 * `credit` frame, and one stream reaches 256 MB/s at a round trip of 1 ms.
 */
export const BODY_WINDOW_BYTES = 256 * 1024;

/** How many bytes of data may be on their way before the client's reader has taken any: what a slow reader can make the client hold. */
export const DATA_WINDOW_BYTES = 128 * 1024;
