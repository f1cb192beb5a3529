import { assertNever, REASONING_EFFORTS, type ReasoningEffort, type ReasoningRequest } from '@switchyard/canonical';

import type { LossLog } from './loss-log.js';

/** Undefined for a word that is not known. `auto` and Groq's `default` leave it to the model. */
export function decodeReasoningEffort(word: string): ReasoningRequest | undefined {
  if (word === 'none') return { type: 'off' };
  if (word === 'auto' || word === 'default') return { type: 'auto' };
  const effort = REASONING_EFFORTS.find((candidate) => candidate === word);
  return effort && { type: 'effort', effort };
}

/** OpenAI's word for it, in either of its dialects; undefined leaves it to the model. */
export function encodeReasoningEffort(reasoning: ReasoningRequest, log: LossLog): string | undefined {
  switch (reasoning.type) {
    case 'off':
      return 'none';
    case 'auto':
      log.approximated('reasoningEffort', 'openai-chat has no word for it; the model decides where nothing is said');
      return undefined;
    case 'effort':
      if (reasoning.effort !== 'max') return reasoning.effort;
      log.approximated('reasoningEffort', 'openai-chat has no effort above xhigh');
      return 'xhigh';
    case 'budget': {
      const effort = effortForBudget(reasoning.tokens);
      log.approximated(
        'reasoningEffort',
        `openai-chat has no thinking budget; ${reasoning.tokens} tokens became ${effort}`,
      );
      return effort;
    }
    default:
      return assertNever(reasoning);
  }
}

function effortForBudget(tokens: number): ReasoningEffort {
  if (tokens <= 512) return 'minimal';
  if (tokens <= 1024) return 'low';
  if (tokens <= 8192) return 'medium';
  if (tokens <= 24_576) return 'high';
  return 'xhigh';
}
