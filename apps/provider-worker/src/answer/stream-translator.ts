import {
  GatewayError,
  isContentEvent,
  type GatewayErrorData,
  type StreamEvent,
  type Warning,
} from '@switchyard/canonical';
import {
  createSseScanner,
  restoreEventToolName,
  type SseEvent,
  type StreamDecoder,
  type StreamEncoder,
  type ToolNameMap,
} from '@switchyard/dialects';

import { EventSplitter } from './event-splitter.js';

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

const NOTHING = Buffer.alloc(0);

/** Reads an upstream's stream, chunk by chunk. */
export interface StreamReader {
  /** @throws GatewayError `upstream_malformed` for an event too large to hold. */
  push(chunk: Buffer): StreamStep;
  /** The upstream closed. */
  end(): StreamStep;
}

export interface StreamTranslatorOptions {
  /** The upstream dialect's. */
  readonly decoder: StreamDecoder;
  /** The client dialect's; undefined where the upstream's bytes are handed on. */
  readonly encoder: StreamEncoder | undefined;
  /** What the client calls the tools that the upstream knows by other names. */
  readonly toolNames: ToolNameMap;
  readonly observe: (event: StreamEvent) => void;
}

/**
 * The upstream's stream in the client's dialect: its own bytes, event by event, where both are the same and no tool had
 * to be renamed, else decoded and encoded again. Either way every event was understood before it is handed on, and an event that fails is not.
 */
export class StreamTranslator implements StreamReader {
  readonly #splitter = new EventSplitter();
  readonly #scanner = createSseScanner();
  readonly #decoder: StreamDecoder;
  readonly #encoder: StreamEncoder | undefined;
  readonly #toolNames: ToolNameMap;
  readonly #observe: (event: StreamEvent) => void;
  #content = false;

  constructor({ decoder, encoder, toolNames, observe }: StreamTranslatorOptions) {
    this.#decoder = decoder;
    this.#encoder = encoder;
    this.#toolNames = toolNames;
    this.#observe = observe;
  }

  /** What of the answer was lost in translation so far. */
  get warnings(): readonly Warning[] {
    return this.#encoder?.warnings ?? [];
  }

  push(chunk: Buffer): StreamStep {
    const bytes: Buffer[] = [];
    for (const block of this.#splitter.push(chunk)) {
      const { error, ended } = this.#read(this.#decode(this.#scanner.push(block)), { raw: block, bytes });
      if (error !== undefined || ended) return { bytes, content: this.#content, error, ended };
    }
    return { bytes, content: this.#content, ended: false };
  }

  end(): StreamStep {
    const bytes: Buffer[] = [];
    const rest = this.#splitter.rest();
    const last = this.#decode([...this.#scanner.push(rest), ...this.#scanner.end()]);
    // What says nothing is the beginning of an event that was cut off, and no client could read it.
    const raw = last.length > 0 ? rest : NOTHING;
    const { error, ended } = this.#read([...last, ...this.#decoder.end()], { raw, bytes });
    const cut = error?.code === 'upstream_malformed' && rest.length > 0;
    return { bytes, content: this.#content, error: cut ? cutInEvent() : error, ended };
  }

  #decode(events: readonly SseEvent[]): StreamEvent[] {
    return events.flatMap((event) => this.#decoder.next(event));
  }

  #read(
    events: readonly StreamEvent[],
    output: { readonly raw: Buffer; readonly bytes: Buffer[] },
  ): { error?: GatewayErrorData; ended: boolean } {
    let text = '';
    let content = false;
    let ended = false;
    for (const event of events) {
      if (event.type === 'error') return { error: event.error, ended: false };
      this.#observe(event);
      content ||= isContentEvent(event);
      ended ||= event.type === 'end';
      text += this.#encoder?.next(restoreEventToolName(event, this.#toolNames)) ?? '';
    }
    // Content beside an error is not handed on, so it must not commit the answer either.
    this.#content ||= content;
    const bytes = this.#encoder === undefined ? output.raw : Buffer.from(text);
    if (bytes.length > 0) output.bytes.push(bytes);
    return { ended };
  }
}

function cutInEvent(): GatewayErrorData {
  return new GatewayError('upstream_truncated', 'the upstream closed its stream in the middle of an event').toData();
}
