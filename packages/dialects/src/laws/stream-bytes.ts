import type { StreamEvent } from '@switchyard/canonical';

import type { Dialect, StreamDecoder } from '../dialect.js';
import { createSseScanner, type SseEvent } from '../sse/scan-sse.js';

export const options = { model: 'm', includeUsage: true, nowSeconds: 1_700_000_000 };

/** What a client of the dialect receives. */
export function encodeStream(dialect: Dialect, events: Iterable<StreamEvent>): Buffer {
  const encoder = dialect.createStreamEncoder(options);
  let text = '';
  for (const event of events) text += encoder.next(event);
  return Buffer.from(text);
}

/** The same by a machine whose state moves to another worker after every event. */
export function encodeStreamMoving(dialect: Dialect, events: Iterable<StreamEvent>): Buffer {
  let encoder = dialect.createStreamEncoder(options);
  let text = '';
  for (const event of events) {
    text += encoder.next(event);
    encoder = dialect.createStreamEncoder(options, moved(encoder.state));
  }
  return Buffer.from(text);
}

/** The server-sent events within chunks of bytes. */
export function scan(chunks: readonly Buffer[]): SseEvent[] {
  const scanner = createSseScanner();
  return [...chunks.flatMap((chunk) => scanner.push(chunk)), ...scanner.end()];
}

export function decodeStream(dialect: Dialect, events: readonly SseEvent[]): StreamEvent[] {
  const decoder = dialect.createStreamDecoder();
  return [...events.flatMap((event) => decoder.next(event)), ...decoder.end()];
}

export function decodeStreamMoving(dialect: Dialect, events: readonly SseEvent[]): StreamEvent[] {
  const decoded: StreamEvent[] = [];
  let decoder: StreamDecoder = dialect.createStreamDecoder();
  for (const event of events) {
    decoded.push(...decoder.next(event));
    decoder = dialect.createStreamDecoder(moved(decoder.state));
  }
  return [...decoded, ...decoder.end()];
}

function moved(state: unknown): unknown {
  return JSON.parse(JSON.stringify(state));
}
