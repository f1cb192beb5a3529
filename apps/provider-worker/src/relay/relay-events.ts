import { GatewayError, type GatewayErrorData } from '@switchyard/canonical';
import { BlockReader, type SseEvent, type StreamReader, type StreamStep } from '@switchyard/dialects';

import { errorStatusWithin } from '../answer/parse-answer.js';

/** How the last event of a stream is called: `transcript.text.done`, `image_generation.completed`. (OpenAI API reference) */
const LAST_EVENT = /\.(completed|done)$/;

export interface RelayEventsOptions {
  /** Is told of every event's value. */
  readonly observe: (value: unknown) => void;
  /** What an error event means. */
  readonly decodeError: (status: number, body: string) => GatewayErrorData;
}

/**
 * Hands on the event streams beside chat as they are: pieces of images, of sound, of a transcript. An error among the
 * events is one of ours, and a stream that stops before its last event has failed.
 */
export class RelayEvents implements StreamReader {
  readonly #reader = new BlockReader();
  readonly #options: RelayEventsOptions;
  #content = false;
  #hasLast = false;

  constructor(options: RelayEventsOptions) {
    this.#options = options;
  }

  push(chunk: Buffer): StreamStep {
    const bytes: Buffer[] = [];
    for (const block of this.#reader.push(chunk)) {
      const { error, ended } = this.#read(block.events);
      if (error !== undefined) return { bytes, content: this.#content, error, ended: false };
      bytes.push(block.bytes);
      if (ended) return { bytes, content: this.#content, ended };
    }
    return { bytes, content: this.#content, ended: false };
  }

  end(): StreamStep {
    const { bytes: rest, events } = this.#reader.end();
    const { error } = this.#read(events);
    if (error === undefined && this.#hasLast) {
      return { bytes: rest.length === 0 ? [] : [rest], content: this.#content, ended: true };
    }
    const truncated = new GatewayError('upstream_truncated', 'the upstream closed its stream before its last event');
    return { bytes: [], content: this.#content, error: error ?? truncated.toData(), ended: false };
  }

  #read(events: readonly SseEvent[]): { readonly error?: GatewayErrorData; readonly ended: boolean } {
    for (const { event, data } of events) {
      if (data.trim() === '[DONE]') {
        this.#hasLast = true;
        return { ended: true };
      }
      const value = parse(data);
      const type = typeOf(value) ?? event ?? '';
      const status = errorStatusWithin(value) ?? (type === 'error' ? 502 : undefined);
      if (status !== undefined) return { error: this.#options.decodeError(status, data), ended: false };
      this.#options.observe(value);
      this.#content = true;
      this.#hasLast ||= LAST_EVENT.test(type);
    }
    return { ended: false };
  }
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

function typeOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('type' in value)) return undefined;
  return typeof value.type === 'string' ? value.type : undefined;
}
