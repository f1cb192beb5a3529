import { assertNever, REASONING_EFFORTS, type ReasoningRequest } from '@switchyard/canonical';

import { effortForBudget, fitThinking, type ThinkingLimits } from '../thinking/fit-thinking.js';
import type { LossLog } from '../losses/loss-log.js';

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

/** What the model is asked for, within its limits where they are known. */
export function fitReasoning(
  wanted: ReasoningRequest | undefined,
  limits: ThinkingLimits | undefined,
  log: LossLog,
): ReasoningRequest | undefined {
  if (wanted === undefined || limits === undefined) return wanted;
  const { reasoning, reason } = fitThinking(wanted, limits);
  if (reason !== undefined && reasoning === undefined) log.dropped('reasoningEffort', reason);
  else if (reason !== undefined) log.approximated('reasoningEffort', reason);
  return reasoning;
}
