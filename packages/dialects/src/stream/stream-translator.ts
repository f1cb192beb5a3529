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

export interface StreamTranslatorOptions {
  readonly upstream: Dialect;
  /** The client dialect's; undefined where the upstream's bytes are handed on. */
  readonly encoder: StreamEncoder | undefined;
  /** What the client calls the tools that the upstream knows by other names. */
  readonly toolNames: ToolNameMap;
  readonly observe: (event: StreamEvent) => void;
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
  #content = false;
  #ended = false;
  #error: GatewayErrorData | undefined;

  constructor({ upstream, encoder, toolNames, observe }: StreamTranslatorOptions) {
    this.#decoder = new TemplateDecoder(upstream);
    this.#encoder = encoder;
    this.#toolNames = toolNames;
    this.#observe = observe;
  }

  /** What of the answer was lost in translation so far. */
  get warnings(): readonly Warning[] {
    return this.#encoder?.warnings ?? [];
  }

  push(chunk: Buffer): StreamStep {
    const blocks = this.#reader.push(chunk);
    let passed = 0;
    let text = '';
    for (const { events } of blocks) {
      text += this.#translate(this.#decode(events));
      if (this.#error !== undefined) break;
      passed += 1;
      if (this.#ended) break;
    }
    return this.#step(passed === blocks.length ? blocks : blocks.slice(0, passed), text);
  }

  end(): StreamStep {
    const { bytes, events } = this.#reader.end();
    const last = this.#decode(events);
    const text = this.#translate([...last, ...this.#decoder.end()]);
    // What says nothing is the beginning of an event that was cut off, and no client could read it.
    const passed = this.#error === undefined && last.length > 0 ? [{ bytes }] : [];
    if (this.#error?.code === 'upstream_malformed' && bytes.length > 0) this.#error = cutInEvent();
    return this.#step(passed, text);
  }

  #decode(events: readonly SseEvent[]): readonly StreamEvent[] {
    const [event] = events;
    if (event === undefined) return [];
    // Nearly always there is just one.
    return events.length === 1 ? this.#decoder.next(event) : events.flatMap((one) => this.#decoder.next(one));
  }

  /** What the client gets of the events that one block of the upstream stands for: nothing if it failed. */
  #translate(events: readonly StreamEvent[]): string {
    let text = '';
    let content = false;
    for (const event of events) {
      if (event.type === 'error') {
        this.#error = event.error;
        return '';
      }
      this.#observe(event);
      content ||= isContentEvent(event);
      this.#ended ||= event.type === 'end';
      if (this.#encoder !== undefined) text += this.#encoder.next(restoreEventToolName(event, this.#toolNames));
    }
    // Content beside an error is not handed on, so it must not commit the answer either.
    this.#content ||= content;
    return text;
  }

  #step(passed: readonly Pick<Block, 'bytes'>[], text: string): StreamStep {
    const encoded = text === '' ? [] : [toBytes(text)];
    const bytes = this.#encoder === undefined ? passed.map((block) => block.bytes) : encoded;
    return { bytes, content: this.#content, error: this.#error, ended: this.#ended };
  }
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
