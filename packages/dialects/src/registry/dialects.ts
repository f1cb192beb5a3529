import type { DialectId } from '@switchyard/canonical';

import { anthropicMessages } from '../anthropic-messages/dialect.js';
import type { Dialect } from '../dialect.js';
import { openaiChat } from '../openai-chat/dialect.js';
import { openaiResponses } from '../openai-responses/dialect.js';

const DIALECTS: Readonly<Record<DialectId, Dialect>> = {
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  'anthropic-messages': anthropicMessages,
};

/** The one object that speaks a wire language. */
export function dialectById(id: DialectId): Dialect {
  return DIALECTS[id];
}
