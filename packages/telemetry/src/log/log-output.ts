import { write, writeSync } from 'node:fs';

import type { DestinationStream } from 'pino';

/** Lines are written together once they have so many characters, or after so long. */
const BATCH_LENGTH = 64 * 1024;
const FLUSH_MS = 50;

/** Lines that nobody reads are dropped beyond this: a full pipe must not fill the memory. */
const MAX_LENGTH = 16 * 1024 * 1024;

/** How soon a full pipe is tried again. */
const RETRY_MS = 50;

const outputs = new Map<number, LogOutput>();

/**
 * Writes log lines to a file descriptor (1 is standard output, 2 standard error) behind the program's back. What is left is
 * written when the process exits, also for an error that nobody caught; a kill costs at most the last 50 ms.
 */
export function createLogOutput(fd: number): DestinationStream {
  const known = outputs.get(fd);
  if (known !== undefined) return known;
  const output = new LogOutput(fd);
  outputs.set(fd, output);
  process.on('exit', () => output.flushSync());
  return output;
}

class LogOutput implements DestinationStream {
  readonly #fd: number;
  // One text, which becomes flat once: lines that are put together from pieces would be copied twice if they were joined.
  #lines = '';
  #dropped = 0;
  /** Whether the system has a batch to write. */
  #isWriting = false;
  /** What a full pipe did not take. */
  #waiting: Buffer | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(fd: number) {
    this.#fd = fd;
  }

  write(line: string): void {
    if (this.#lines.length > MAX_LENGTH) {
      this.#dropped += 1;
      return;
    }
    this.#lines += line;
    if (this.#lines.length >= BATCH_LENGTH) this.#flush();
    else this.#later(FLUSH_MS);
  }

  /** Writes everything that the system does not have already, as far as the reader takes it. */
  flushSync(): void {
    try {
      for (let rest = this.#waiting ?? this.#take(); rest.length > 0;) {
        rest = rest.subarray(writeSync(this.#fd, rest));
        if (rest.length === 0) rest = this.#take();
      }
    } catch {
      // Nobody reads, and there is no later.
    }
  }

  #later(ms: number): void {
    this.#timer ??= setTimeout(() => this.#flush(), ms).unref();
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#isWriting || this.#waiting !== undefined) return;
    const batch = this.#take();
    if (batch.length > 0) this.#write(batch);
  }

  #take(): Buffer {
    let lines = this.#lines;
    if (this.#dropped > 0) {
      lines += `{"level":"warn","msg":"${this.#dropped} log lines were dropped: they are not read fast enough"}\n`;
    }
    this.#lines = '';
    this.#dropped = 0;
    return Buffer.from(lines);
  }

  #write(batch: Buffer): void {
    this.#isWriting = true;
    this.#waiting = undefined;
    write(this.#fd, batch, (error, written) => {
      this.#isWriting = false;
      if (error?.code === 'EAGAIN') {
        this.#waiting = batch;
        setTimeout(() => this.#write(batch), RETRY_MS).unref();
      } else if (error === null && written < batch.length) {
        this.#write(batch.subarray(written));
      } else if (this.#lines.length > 0) {
        // Any other error is of a reader that has gone: its lines go nowhere.
        this.#flush();
      }
    });
  }
}
