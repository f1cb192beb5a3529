import { transcode } from 'node:buffer';

import {
  GatewayError,
  isContentEvent,
  type GatewayErrorData,
  type StreamEvent,
  type Warning,
} from '@switchyard/canonical';

import type { Dialect, StreamDecoder, StreamEncoder } from '../dialect.js';
import type { SseEvent } from '../sse/scan-sse.js';
import { restoreEventToolName, type ToolNameMap } from '../tool-names/tool-names.js';
import { BlockReader, type Block } from './block-reader.js';
import { TemplateDecoder } from './template-decoder.js';

/** From here on it is faster to convert text by way of UTF-16: three times for some kilobytes. (docs/performance.md) */
const LONG_TEXT = 2_048;

/** Where long text is on its way: nothing is kept here, and no two are at a time. */
const SCRATCH = Buffer.allocUnsafeSlow(65_536);

/** What some bytes of the upstream's stream amount to. */
export interface StreamStep {
  /** For the client. */
  readonly bytes: readonly Buffer[];
  /** Whether the first content is in this step or was before it. */
  readonly content: boolean;
  /** The stream failed after these bytes. */
  readonly error?: GatewayErrorData | undefined;
  /** The stream gave its terminal proof: nothing more is to come. */
  readonly ended: boolean;
}

/** Reads an upstream's stream, chunk by chunk. */
export interface StreamReader {
  /** @throws GatewayError `upstream_malformed` for an event too large to hold. */
  push(chunk: Buffer): StreamStep;
  /** The upstream closed. */
  end(): StreamStep;
}

/** Decides when the events of a stream whose bytes are handed on may go out. */
export interface StreamGate {
  /**
   * Whether these events go out now, and with them all that waited before. `raw` are the wire events they were read from:
   * none in a comment.
   */
  admits(events: readonly StreamEvent[], raw: readonly SseEvent[]): boolean;
}

export interface StreamTranslatorOptions {
  readonly upstream: Dialect;
  /** The client dialect's; undefined where the upstream's bytes are handed on. */
  readonly encoder: StreamEncoder | undefined;
  /** What the client calls the tools that the upstream knows by other names. */
  readonly toolNames: ToolNameMap;
  readonly observe: (event: StreamEvent) => void;
  /** Only where bytes are handed on. Without it every event goes out at once. */
  readonly gate?: StreamGate | undefined;
  /** What becomes of the bytes of an event that are handed on; without it they stay as they are. */
  readonly rewrite?: ((block: Block) => Buffer) | undefined;
}

/**
 * The upstream's stream in the client's dialect: its own bytes, event by event, where both are the same and no tool had
 * to be renamed, else decoded and encoded again. Either way every event was understood before it is handed on, and an
 * event that fails is not.
 */
export class StreamTranslator implements StreamReader {
  readonly #reader = new BlockReader();
  readonly #decoder: StreamDecoder;
  readonly #encoder: StreamEncoder | undefined;
  readonly #toolNames: ToolNameMap;
  readonly #observe: (event: StreamEvent) => void;
  readonly #gate: StreamGate | undefined;
  readonly #rewrite: ((block: Block) => Buffer) | undefined;
  /** What the gate keeps. */
  #waiting: readonly Block[] = [];
  #content = false;
  #ended = false;
  #error: GatewayErrorData | undefined;

  constructor({ upstream, encoder, toolNames, observe, gate, rewrite }: StreamTranslatorOptions) {
    this.#decoder = new TemplateDecoder(upstream);
    this.#encoder = encoder;
    this.#toolNames = toolNames;
    this.#observe = observe;
    this.#gate = gate;
    this.#rewrite = rewrite;
  }

  /** What of the answer was lost in translation so far. */
  get warnings(): readonly Warning[] {
    return this.#encoder?.warnings ?? [];
  }

  push(chunk: Buffer): StreamStep {
    const blocks = this.#reader.push(chunk);
    let passed = 0;
    let admitted = 0;
    let text = '';
    for (const { events: raw } of blocks) {
      const events = this.#decode(raw);
      text += this.#translate(events);
      if (this.#error !== undefined) break;
      passed += 1;
      if (this.#gate === undefined || this.#gate.admits(events, raw)) admitted = passed;
      if (this.#ended) break;
    }
    return this.#step(this.#admit(passed === blocks.length ? blocks : blocks.slice(0, passed), admitted), text);
  }

  end(): StreamStep {
    const { bytes, events } = this.#reader.end();
    const last = this.#decode(events);
    const all = [...last, ...this.#decoder.end()];
    const text = this.#translate(all);
    // What says nothing is the beginning of an event that was cut off, and no client could read it.
    const rest = last.length > 0 ? [{ bytes, events }] : [];
    const isWhole = this.#error === undefined;
    if (isWhole) this.#gate?.admits(all, events);
    const passed = isWhole ? [...this.#waiting, ...rest] : [];
    if (this.#error?.code === 'upstream_malformed' && bytes.length > 0) this.#error = cutInEvent();
    return this.#step(passed, text);
  }

  #decode(events: readonly SseEvent[]): readonly StreamEvent[] {
    const [event] = events;
    if (event === undefined) return [];
    // Nearly always there is just one.
    return events.length === 1 ? this.#decoder.next(event) : events.flatMap((one) => this.#decoder.next(one));
  }

  /** What goes out of these blocks and of those that wait, if the first `admitted` of these may. */
  #admit(blocks: readonly Block[], admitted: number): readonly Block[] {
    if (admitted === blocks.length && this.#waiting.length === 0) return blocks;
    if (admitted === 0) {
      this.#waiting = [...this.#waiting, ...blocks];
      return [];
    }
    const passed = [...this.#waiting, ...blocks.slice(0, admitted)];
    this.#waiting = blocks.slice(admitted);
    return passed;
  }

  /** What the client gets of the events that one block of the upstream stands for: nothing if it failed. */
  #translate(events: readonly StreamEvent[]): string {
    // An error is the last but one. Nothing beside it is handed on: it must not commit the answer, nor have been encoded.
    const failure = events.at(-2);
    if (failure?.type === 'error') {
      this.#error = failure.error;
      return '';
    }
    let text = '';
    for (const event of events) {
      this.#observe(event);
      this.#content ||= isContentEvent(event);
      this.#ended ||= event.type === 'end';
      if (this.#encoder !== undefined) text += this.#encoder.next(restoreEventToolName(event, this.#toolNames));
    }
    return text;
  }

  #step(passed: readonly Block[], text: string): StreamStep {
    const encoded = text === '' ? [] : [toBytes(text)];
    const rewrite = this.#rewrite ?? bytesOf;
    const bytes = this.#encoder === undefined ? passed.map(rewrite) : encoded;
    return { bytes, content: this.#content, error: this.#error, ended: this.#ended };
  }
}

function bytesOf(block: Block): Buffer {
  return block.bytes;
}

/** What encoders write is JSON, which has no lone surrogates, so both ways give the same bytes. */
function toBytes(text: string): Buffer {
  if (text.length < LONG_TEXT) return Buffer.from(text);
  if (text.length > SCRATCH.length / 2) return transcode(Buffer.from(text, 'utf16le'), 'utf16le', 'utf8');
  return transcode(SCRATCH.subarray(0, SCRATCH.write(text, 'utf16le')), 'utf16le', 'utf8');
}

function cutInEvent(): GatewayErrorData {
  return new GatewayError('upstream_truncated', 'the upstream closed its stream in the middle of an event').toData();
}
