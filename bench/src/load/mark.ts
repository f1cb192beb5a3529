// Seen by everybody on the machine alike, as it is the system's own monotonic clock.
function nowMicros(): number {
  const [seconds, nanos] = process.hrtime();
  return seconds * 1_000_000 + Math.round(nanos / 1_000);
}

const MARK = /@(\d+):(\d+);/g;
// More than the longest mark.
const CARRY = 40;

/** What the upstream writes into the text of a chunk: its place in the stream, and when it was sent. */
export function formatMark(index: number): string {
  return `@${index}:${nowMicros()};`;
}

/** What became of a stream's chunks on their way. */
export interface ChunkTimes {
  /** From being sent to being read, of each chunk. */
  readonly delaysMs: readonly number[];
  /** Chunks that came in one read with the one before them. */
  readonly merged: number;
  /** Chunks that are missing or out of their order. */
  readonly lost: number;
}

/** Finds the marks in a stream's bytes. */
export class MarkReader {
  readonly #delaysMs: number[] = [];
  #merged = 0;
  #lost = 0;
  #next = 0;
  #carry = '';

  /** Takes what was read at once, and tells whether there was a mark in it. */
  read(bytes: Buffer): boolean {
    const text = this.#carry + bytes.toString('latin1');
    const now = nowMicros();
    let marks = 0;
    let readTo = 0;
    for (const { 0: mark, 1: index, 2: sentAt, index: at } of text.matchAll(MARK)) {
      this.#lost += Math.abs(Number(index) - this.#next);
      this.#next = Number(index) + 1;
      this.#delaysMs.push((now - Number(sentAt)) / 1_000);
      readTo = at + mark.length;
      marks += 1;
    }
    this.#merged += Math.max(0, marks - 1);
    this.#carry = text.slice(Math.max(readTo, text.length - CARRY));
    return marks > 0;
  }

  /** What came of a stream that was to have so many chunks. */
  end(chunks: number): ChunkTimes {
    return { delaysMs: this.#delaysMs, merged: this.#merged, lost: this.#lost + Math.max(0, chunks - this.#next) };
  }
}
