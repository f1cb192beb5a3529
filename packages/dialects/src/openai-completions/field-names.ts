import type { FieldNames } from '../losses/field-names.js';
import { CHAT_FIELD_NAMES } from '../openai-chat/field-names.js';

/** As in a chat, but for the one text there is. */
export const COMPLETIONS_FIELD_NAMES: FieldNames = {
  ...CHAT_FIELD_NAMES,
  parameters: { ...CHAT_FIELD_NAMES.parameters, messages: 'prompt' },
  turn: () => 'prompt',
  answer: { ...CHAT_FIELD_NAMES.answer, message: 'choices[]', holder: () => '', whole: () => 'text' },
};
