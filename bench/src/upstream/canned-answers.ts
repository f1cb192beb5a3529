import { frameEvent, openaiChatBody, openaiChatPayloads } from '@switchyard/testkit';

import { formatMark } from '../load/mark.js';
import { MODEL, type StreamShape } from '../workload.js';

/** A whole answer of about 1 KB. */
export function cannedJson(): Buffer {
  const text = 'A thousand bytes are about a hundred and fifty words, give or take. '.repeat(9);
  return Buffer.from(JSON.stringify(openaiChatBody({ model: MODEL, pieces: [text] })));
}

/** A stream's events, of which only the text is still to be told. */
export interface CannedStream {
  readonly start: Buffer;
  /** An event with text: its place in the stream, and the moment at which it is sent. */
  chunk(index: number): string;
  readonly end: Buffer;
}

const PLACEHOLDER = '@text@';

export function cannedStream({ padding = 0 }: StreamShape): CannedStream {
  const payloads = openaiChatPayloads({ model: MODEL, pieces: [PLACEHOLDER] });
  const events = payloads.map((payload) => frameEvent('openai-chat', payload).toString());
  const [start = '', text = '', ...end] = events;
  const [before = '', after = ''] = text.split(PLACEHOLDER);
  const tail = `${'x'.repeat(padding)}${after}`;
  return {
    start: Buffer.from(start),
    chunk: (index) => `${before} word ${formatMark(index)}${tail}`,
    end: Buffer.from(end.join('')),
  };
}
