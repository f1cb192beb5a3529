import type { ClientResponse } from '../accept/http-exchange.js';

/** How events are told apart. */
export type Framing = 'sse' | 'json-array';

/** What says nothing in a stream, and where in it that may stand. */
const FILLERS: Readonly<Record<Framing, { readonly text: string; mayFollow(chunk: Buffer): boolean }>> = {
  // A comment inside an event would become part of it.
  sse: { text: ': keep-alive\n\n', mayFollow: endsEvent },
  // Whitespace is free between the tokens of JSON (RFC 8259, section 2), and no string of JSON holds a line feed.
  'json-array': { text: '\n', mayFollow: (chunk) => chunk.at(-1) === LINE_FEED },
};

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Whether an event of a stream of server-sent events ends where these bytes do. */
export function endsEvent(bytes: Buffer): boolean {
  if (bytes.at(-1) !== LINE_FEED) return false;
  if (bytes.at(-2) === LINE_FEED) return true;
  return bytes.at(-2) === CARRIAGE_RETURN && bytes.at(-3) === LINE_FEED && bytes.at(-4) === CARRIAGE_RETURN;
}

/**
 * Writes what says nothing into a stream that has been silent for a while, so that proxies between us and the client do
 * not cut it.
 */
export class Keepalive {
  private timer: NodeJS.Timeout | undefined;
  /** What may be written now; undefined within an event. */
  private filler: string | undefined;

  constructor(
    private readonly response: Pick<ClientResponse, 'isBehind' | 'write'>,
    /** 0 is off. */
    private readonly silenceMs: number,
  ) {}

  /** Tells of a chunk that was written. */
  wrote(chunk: Buffer, framing: Framing): void {
    if (this.silenceMs === 0) return;
    const { text, mayFollow } = FILLERS[framing];
    this.filler = mayFollow(chunk) ? text : undefined;
    this.timer ??= setInterval(() => this.onSilence(), this.silenceMs);
    this.timer.refresh();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private onSilence(): void {
    // A client that is behind on reading is in no danger of silence.
    if (this.filler !== undefined && !this.response.isBehind) void this.response.write(this.filler);
  }
}
