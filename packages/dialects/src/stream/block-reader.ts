import { GatewayError } from '@switchyard/canonical';

import { createSseScanner, type SseEvent } from '../sse/scan-sse.js';
import { EventSplitter } from './event-splitter.js';

/** The bytes of a stream up to an empty line, and the events in them: one, but none in a comment. */
export interface Block {
  readonly bytes: Buffer;
  readonly events: readonly SseEvent[];
}

const MAX_HELD_BYTES = 16 * 1024 * 1024;
const BLANK_LINE = Buffer.from('\n\n');
const LINE_FEED = 0x0a;

/** Longer chunks often hold several blocks: looking at them as one first would be in vain. */
const ONE_BLOCK_BYTES = 1_024;

/**
 * Cuts the bytes of an event stream into blocks and reads the event of each. Nearly all blocks of all providers come
 * whole within one chunk and consist of an `event` and a `data` line, or of the latter only, and are read as one piece of
 * text. Any other goes line by line through `EventSplitter` and the scanner.
 */
export class BlockReader {
  readonly #splitter = new EventSplitter();
  readonly #scanner = createSseScanner();
  /** Whether the next byte begins a block, with nothing left over from before. The first block may begin with a BOM. */
  #atBlock = false;

  /** @throws GatewayError `upstream_malformed` for an event too large to hold. */
  push(chunk: Buffer): readonly Block[] {
    const only = this.#atBlock ? readOnlyBlock(chunk) : undefined;
    if (only !== undefined) return [only];
    const blocks: Block[] = [];
    const start = this.#atBlock ? readPlainBlocks(chunk, blocks) : 0;
    if (start < chunk.length) this.#readByLine(start === 0 ? chunk : chunk.subarray(start), blocks);
    return blocks;
  }

  #readByLine(chunk: Buffer, blocks: Block[]): void {
    for (const bytes of this.#splitter.push(chunk)) blocks.push({ bytes, events: this.#scanner.push(bytes) });
    const { heldBytes } = this.#splitter;
    if (heldBytes > MAX_HELD_BYTES) {
      const message = `the provider sent one event of more than ${MAX_HELD_BYTES} bytes in its stream`;
      throw new GatewayError('upstream_malformed', message);
    }
    // A line feed that follows may belong to a carriage return.
    this.#atBlock = heldBytes === 0 && chunk.at(-1) === LINE_FEED;
  }

  /** The stream closed: the bytes after the last whole block, and the events that were meant by them. */
  end(): { readonly bytes: Buffer; readonly events: readonly SseEvent[] } {
    const bytes = this.#splitter.rest();
    return { bytes, events: [...this.#scanner.push(bytes), ...this.#scanner.end()] };
  }
}

/** The plain block that is all of a chunk, as most chunks are: found without a search for its end. */
function readOnlyBlock(chunk: Buffer): Block | undefined {
  const end = chunk.length - BLANK_LINE.length;
  if (end < 0 || end > ONE_BLOCK_BYTES || chunk[end] !== LINE_FEED || chunk[end + 1] !== LINE_FEED) return undefined;
  const event = readPlainBlock(chunk.toString('utf8', 0, end));
  return event && { bytes: chunk, events: [event] };
}

/** Adds the blocks that are plain, up to the first that is not, and returns where that one begins. */
function readPlainBlocks(chunk: Buffer, blocks: Block[]): number {
  let start = 0;
  for (let end = chunk.indexOf(BLANK_LINE); end !== -1; end = chunk.indexOf(BLANK_LINE, start)) {
    const event = readPlainBlock(chunk.toString('utf8', start, end));
    if (event === undefined) break;
    const next = end + BLANK_LINE.length;
    blocks.push({ bytes: start === 0 && next === chunk.length ? chunk : chunk.subarray(start, next), events: [event] });
    start = next;
  }
  return start;
}

/** The event of a block that holds one `data` line, after one `event` line or none; undefined for any other. */
function readPlainBlock(text: string): SseEvent | undefined {
  if (text.includes('\r')) return undefined;
  if (text.startsWith('data: ')) return text.includes('\n') ? undefined : { data: text.slice(6) };
  if (!text.startsWith('event: ')) return undefined;
  const end = text.indexOf('\n');
  const isPlain = end > 7 && text.startsWith('data: ', end + 1) && !text.includes('\n', end + 1);
  return isPlain ? { event: text.slice(7, end), data: text.slice(end + 7) } : undefined;
}
