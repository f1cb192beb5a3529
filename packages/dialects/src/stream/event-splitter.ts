/** What ends an event: an empty line, whichever of the three line ends the upstream uses. */
const BLANK_LINES = ['\n\n', '\n\r\n', '\r\r'].map((text) => Buffer.from(text));
const LONGEST_BLANK_LINE = 3;

/**
 * Cuts the bytes of an event stream after its events, so that only whole events are handed on: an error can then follow
 * at any time without landing inside one. A typical chunk is one event and is handed on as it is, uncopied.
 */
export class EventSplitter {
  /** The beginning of an event whose end has not come. */
  #held: Buffer[] = [];

  /** The events that are whole now, each with its blank line. */
  push(chunk: Buffer): Buffer[] {
    const events: Buffer[] = [];
    let start = 0;
    if (this.#held.length > 0) {
      const end = this.#endOfHeld(chunk);
      if (end === undefined) {
        this.#held.push(chunk);
        return events;
      }
      events.push(Buffer.concat([...this.#held, chunk.subarray(0, end)]));
      this.#held = [];
      start = end;
    }
    const blankLines = BLANK_LINES.map((pattern) => ({ pattern, at: chunk.indexOf(pattern, start) }));
    for (;;) {
      const end = nextEnd(chunk, blankLines, start);
      if (end === undefined) break;
      events.push(start === 0 && end === chunk.length ? chunk : chunk.subarray(start, end));
      start = end;
    }
    if (start < chunk.length) this.#held.push(chunk.subarray(start));
    return events;
  }

  get heldBytes(): number {
    return this.#held.reduce((sum, part) => sum + part.length, 0);
  }

  /** What came after the last whole event. */
  rest(): Buffer {
    const rest = Buffer.concat(this.#held);
    this.#held = [];
    return rest;
  }

  /** Where in this chunk the held event ends; its blank line may have begun before. */
  #endOfHeld(chunk: Buffer): number | undefined {
    const tail = lastBytes(this.#held, LONGEST_BLANK_LINE - 1);
    const joint = Buffer.concat([tail, chunk]);
    const blankLines = BLANK_LINES.map((pattern) => ({ pattern, at: joint.indexOf(pattern) }));
    const end = nextEnd(joint, blankLines, 0);
    return end === undefined ? undefined : end - tail.length;
  }
}

interface BlankLine {
  readonly pattern: Buffer;
  /** Where it stands next, -1 for nowhere. */
  at: number;
}

function nextEnd(bytes: Buffer, blankLines: readonly BlankLine[], start: number): number | undefined {
  let end: number | undefined;
  for (const blankLine of blankLines) {
    if (blankLine.at !== -1 && blankLine.at < start) blankLine.at = bytes.indexOf(blankLine.pattern, start);
    if (blankLine.at === -1) continue;
    const candidate = blankLine.at + blankLine.pattern.length;
    if (end === undefined || candidate < end) end = candidate;
  }
  return end;
}

function lastBytes(parts: readonly Buffer[], count: number): Buffer {
  let tail = Buffer.alloc(0);
  for (let index = parts.length - 1; index >= 0 && tail.length < count; index -= 1) {
    const part = parts[index];
    if (part !== undefined) tail = Buffer.concat([part, tail]).subarray(-count);
  }
  return tail;
}
