import type { JsonObject } from '../dialect.js';
import { isJsonObject } from '../json/json-object.js';
import { logprobsAsChat } from './logprobs.js';

/**
 * A completion, or a chunk of one, as the chat completion that says the same: its choices hold their text where a chat's
 * hold a message (`place`), and tell the probabilities of tokens in another form.
 */
export function asChat(completion: JsonObject, place: 'message' | 'delta'): JsonObject {
  const { choices } = completion;
  if (!Array.isArray(choices)) return completion;
  return { ...completion, choices: choices.map((choice) => choiceAsChat(choice, place)) };
}

function choiceAsChat(choice: unknown, place: 'message' | 'delta'): unknown {
  if (!isJsonObject(choice)) return choice;
  const { text, logprobs, ...rest } = choice;
  return { ...rest, logprobs: logprobsAsChat(logprobs), [place]: { content: text } };
}
