import { frameEvent, openaiChatBody, openaiChatPayloads } from '@switchyard/testkit';

import { MODEL } from '../workload.js';

/** A whole answer of about 1 KB. */
export function cannedJson(): Buffer {
  const text = 'A thousand bytes are about a hundred and fifty words, give or take. '.repeat(9);
  return Buffer.from(JSON.stringify(openaiChatBody({ model: MODEL, pieces: [text] })));
}

/** The events of a stream with so many pieces of text. */
export function cannedEvents(chunks: number): readonly Buffer[] {
  const pieces = Array.from({ length: chunks }, (_, index) => ` word ${index}`);
  return openaiChatPayloads({ model: MODEL, pieces }).map((payload) => frameEvent('openai-chat', payload));
}
