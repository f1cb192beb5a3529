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
  type Dialect,
  type EncodeAnswerOptions,
  type SseEvent,
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

/** Reads an upstream's stream, chunk by chunk. */
export interface StreamReader {
  /** @throws GatewayError `upstream_malformed` for an event too large to hold. */
  push(chunk: Buffer): StreamStep;
  /** The upstream closed. */
  end(): StreamStep;
}

export interface StreamTranslatorOptions {
  readonly client: Dialect;
  readonly upstream: Dialect;
  readonly answer: EncodeAnswerOptions;
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
  readonly #decoder;
  readonly #encoder: StreamEncoder | undefined;
  readonly #toolNames: ToolNameMap;
  readonly #observe: (event: StreamEvent) => void;
  #content = false;

  constructor({ client, upstream, answer, toolNames, observe }: StreamTranslatorOptions) {
    this.#decoder = upstream.createStreamDecoder();
    const isSame = client.id === upstream.id && toolNames.size === 0;
    this.#encoder = isSame ? undefined : client.createStreamEncoder(answer);
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
    const { error, ended } = this.#read([...last, ...this.#decoder.end()], { raw: rest, bytes });
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
    let ended = false;
    for (const event of events) {
      if (event.type === 'error') return { error: event.error, ended: false };
      this.#observe(event);
      this.#content ||= isContentEvent(event);
      ended ||= event.type === 'end';
      text += this.#encoder?.next(restoreEventToolName(event, this.#toolNames)) ?? '';
    }
    const bytes = this.#encoder === undefined ? output.raw : Buffer.from(text);
    if (bytes.length > 0) output.bytes.push(bytes);
    return { ended };
  }
}

function cutInEvent(): GatewayErrorData {
  return new GatewayError('upstream_truncated', 'the upstream closed its stream in the middle of an event').toData();
}
