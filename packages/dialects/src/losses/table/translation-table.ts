import type { DialectId } from '@switchyard/canonical';

import { ANSWER_CAPABILITIES } from './answer-capabilities.js';
import type { DeclaredAnswerField } from './declared-answer-field.js';
import { ANTHROPIC_FIELDS } from './anthropic-messages-fields.js';
import type { DeclaredField } from './declared-field.js';
import { carried, type Fate, type UpstreamDialect } from './fate.js';
import { GEMINI_FIELDS } from './gemini-fields.js';
import { CHAT_FIELDS } from './openai-chat-fields.js';
import { COMPLETIONS_FIELDS } from './openai-completions-fields.js';
import { RESPONSES_FIELDS } from './openai-responses-fields.js';
import { REQUEST_CAPABILITIES } from './request-capabilities.js';

/** The fields of every client dialect's requests. */
export const REQUEST_FIELDS: Readonly<Record<DialectId, readonly DeclaredField[]>> = {
  'openai-chat': CHAT_FIELDS,
  'openai-completions': COMPLETIONS_FIELDS,
  'openai-responses': RESPONSES_FIELDS,
  'anthropic-messages': ANTHROPIC_FIELDS,
  gemini: GEMINI_FIELDS,
};

/** What becomes of a client's field at an upstream. Where both speak one dialect, its bytes go on as they are. */
export function fateOf(client: DialectId, field: DeclaredField, upstream: UpstreamDialect): Fate {
  return client === upstream ? carried : REQUEST_CAPABILITIES[field.capability][upstream];
}

/** What becomes of an upstream's field for a client. */
export function answerFateOf(upstream: UpstreamDialect, field: DeclaredAnswerField, client: DialectId): Fate {
  return client === upstream ? carried : ANSWER_CAPABILITIES[field.capability][client];
}
