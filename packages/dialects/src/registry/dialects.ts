import type { DialectId } from '@switchyard/canonical';

import { anthropicMessages } from '../anthropic-messages/dialect.js';
import type { Dialect } from '../dialect.js';
import { gemini } from '../gemini/dialect.js';
import { openaiChat } from '../openai-chat/dialect.js';
import { openaiCompletions } from '../openai-completions/dialect.js';
import { openaiResponses } from '../openai-responses/dialect.js';

const DIALECTS: Readonly<Record<DialectId, Dialect>> = {
  'openai-chat': openaiChat,
  'openai-completions': openaiCompletions,
  'openai-responses': openaiResponses,
  'anthropic-messages': anthropicMessages,
  gemini,
};

/** The one object that speaks a wire language. */
export function dialectById(id: DialectId): Dialect {
  return DIALECTS[id];
}
