import type { DialectId } from '@switchyard/canonical';

import { isRecord, parseJson } from '../json-guards.js';

/** What providers speak; legacy completions are asked of them as chats. */
export type ReplayDialect = Exclude<DialectId, 'openai-completions'>;

/** How a streamed body ends. `atByte` counts bytes of the body, before chunked encoding. */
export type StreamEnding =
  /** All of it, and a proper end. */
  | { readonly type: 'complete' }
  /** The connection is destroyed after so many bytes. */
  | { readonly type: 'cut'; readonly atByte: number }
  /** A proper end of the HTTP body after so many bytes: what a proxy's timeout looks like. */
  | { readonly type: 'end-early'; readonly atByte: number }
  /** Nothing more after so many bytes, with the connection left open. */
  | { readonly type: 'stall'; readonly atByte: number }
  /** Bytes that are no chunk of HTTP/1.1 chunked encoding. */
  | { readonly type: 'broken-encoding'; readonly atByte: number };

interface AnswerHead {
  /** 200 by default. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** How long the upstream thinks before it sends its headers. */
  readonly delayMs?: number;
}

/** A body that is sent at once. Text and bytes go out as they are, anything else as JSON. */
export interface WholeAnswer extends AnswerHead {
  readonly type: 'whole';
  readonly body: unknown;
}

/** An event stream. */
export interface StreamAnswer extends AnswerHead {
  readonly type: 'stream';
  /** One per event. Text is the event's data as it is, bytes are framed already, anything else goes out as JSON. */
  readonly payloads: readonly unknown[];
  /** From the headers to the first event. */
  readonly firstChunkDelayMs?: number;
  /** Between one write and the next. */
  readonly chunkDelayMs?: number;
  /** The sizes of the writes, repeated to the end. Without it, one write per event. */
  readonly writeSizes?: readonly number[];
  /** Called before each event but the first is written, with its index: a test decides when the stream goes on. */
  readonly gate?: (payloadIndex: number) => Promise<void>;
  readonly ending?: StreamEnding;
}

/** What the upstream does with one request. */
export type Answer =
  | WholeAnswer
  | StreamAnswer
  /** A TCP reset instead of an answer. */
  | { readonly type: 'reset' }
  /** The connection is closed, orderly, instead of an answer. */
  | { readonly type: 'close' }
  /** No byte, ever. */
  | { readonly type: 'silence' };

/** A web page with status 200, such as a captive portal or a wrong base URL answers. */
export const HTML_PAGE: WholeAnswer = {
  type: 'whole',
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: '<!doctype html><html><head><title>Welcome</title></head><body>It works!</body></html>',
};

/** The bytes of one event in the dialect's framing. Bytes are framed already. */
export function frameEvent(dialect: DialectId, payload: unknown): Buffer {
  if (Buffer.isBuffer(payload)) return payload;
  const data = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const name = dialect === 'openai-chat' ? undefined : eventName(payload);
  return Buffer.from(name === undefined ? `data: ${data}\n\n` : `event: ${name}\ndata: ${data}\n\n`);
}

function eventName(payload: unknown): string | undefined {
  const value = typeof payload === 'string' ? parseJson(payload) : payload;
  return isRecord(value) && typeof value['type'] === 'string' ? value['type'] : undefined;
}
