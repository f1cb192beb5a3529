import type { ResponseFacts } from '../dialect.js';
import { objectOf } from '../json/read-json.js';
import { readFacts as readChatFacts } from '../openai-chat/read-facts.js';
import { asChat } from './as-chat.js';

/** What a completion of one choice says of itself. */
export function readFacts(body: unknown): ResponseFacts | undefined {
  return readChatFacts(asChat(objectOf(body), 'message'));
}
