import type { ServerResponse } from 'node:http';

const COMMENT = ': keep-alive\n\n';

/** Whether an event of a stream of server-sent events ends where these bytes do. */
export function endsEvent(bytes: Buffer): boolean {
  const tail = bytes.toString('latin1', Math.max(0, bytes.length - 4));
  return tail.endsWith('\n\n') || tail.endsWith('\r\n\r\n');
}

/**
 * Writes an SSE comment into a stream that has been silent for a while, so that proxies between us and the client do
 * not cut it. Only between events: a comment inside one would become part of it.
 */
export class Keepalive {
  private timer: NodeJS.Timeout | undefined;
  private betweenEvents = false;

  constructor(
    private readonly response: ServerResponse,
    /** 0 is off. */
    private readonly silenceMs: number,
  ) {}

  /** Tells of a chunk that was written. */
  wrote(chunk: Buffer): void {
    if (this.silenceMs === 0) return;
    this.betweenEvents = endsEvent(chunk);
    this.timer ??= setInterval(() => this.onSilence(), this.silenceMs);
    this.timer.refresh();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private onSilence(): void {
    // A client that is behind on reading is in no danger of silence.
    if (this.betweenEvents && !this.response.writableNeedDrain) this.response.write(COMMENT);
  }
}
