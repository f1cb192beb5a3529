import { pino, type DestinationStream } from 'pino';

/** Lines are written together once there are so many bytes of them, or after so long. */
const BATCH_BYTES = 64 * 1024;
const FLUSH_MS = 50;
/** One write takes all of a batch. */
const MAX_WRITE_BYTES = 128 * 1024;

/** Lines that nobody reads are dropped beyond this many bytes: a full pipe must not fill the memory. */
const MAX_BUFFERED_BYTES = 16 * 1024 * 1024;

/**
 * Writes log lines to a file descriptor (1 is standard output, 2 standard error) behind the program's back. What is left is
 * written when the process exits, also for an error that nobody caught; a kill costs at most the last 50 ms.
 */
export function createLogOutput(fd: number): DestinationStream {
  return pino.destination({
    dest: fd,
    sync: false,
    minLength: BATCH_BYTES,
    maxWrite: MAX_WRITE_BYTES,
    maxLength: MAX_BUFFERED_BYTES,
    periodicFlush: FLUSH_MS,
  });
}
