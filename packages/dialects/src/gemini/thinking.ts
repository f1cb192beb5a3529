import { assertNever, REASONING_EFFORTS, type ReasoningEffort, type ReasoningRequest } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { restOf } from '../json/json-object.js';
import type { LossLog } from '../losses/loss-log.js';
import { fitReasoning } from '../openai-chat/reasoning-effort.js';
import { THINKING_LEVELS, type ModelTraits, type ThinkingLevel, type ThinkingTraits } from './model-traits.js';
import type { WireGenerationConfig } from './wire-request.js';

type WireThinkingConfig = NonNullable<WireGenerationConfig['thinkingConfig']>;

export interface DecodedThinking {
  readonly reasoning: ReasoningRequest | undefined;
  /** What no reasoning request says. */
  readonly rest: JsonObject | undefined;
}

export function decodeThinking(config: WireThinkingConfig | null | undefined): DecodedThinking {
  if (!config) return { reasoning: undefined, rest: undefined };
  const { thinkingBudget, thinkingLevel, includeThoughts, ...others } = config;
  // The highest two are other families' words. Google itself refuses them; elsewhere they say what is meant.
  const level = REASONING_EFFORTS.find((candidate) => candidate === thinkingLevel?.toLowerCase());
  const rest = {
    ...others,
    thinkingLevel: level === undefined ? thinkingLevel : undefined,
    includeThoughts: includeThoughts === false ? false : undefined,
  };
  return { reasoning: decodeReasoning(level, thinkingBudget, includeThoughts), rest: restOf(rest, []) };
}

function decodeReasoning(
  level: ReasoningEffort | undefined,
  budget: number | null | undefined,
  includeThoughts: boolean | null | undefined,
): ReasoningRequest | undefined {
  if (level !== undefined) return { type: 'effort', effort: level };
  if (budget === 0) return { type: 'off' };
  if (typeof budget === 'number') return budget < 0 ? { type: 'auto' } : { type: 'budget', tokens: budget };
  return includeThoughts ? { type: 'auto' } : undefined;
}

const BUDGETS: Readonly<Record<ReasoningEffort, number>> = {
  minimal: 512,
  low: 1024,
  medium: 8192,
  high: 24_576,
  xhigh: 32_768,
  max: 32_768,
};

const FIELD = 'reasoningEffort';

/** The `thinkingConfig`; undefined says nothing. Whoever asks for reasoning also wants to see it. */
export function encodeThinking(
  reasoning: ReasoningRequest | undefined,
  { thinking }: ModelTraits,
  log: LossLog,
): JsonObject | undefined {
  if (reasoning === undefined) return undefined;
  if (thinking.type === 'none') {
    if (reasoning.type !== 'off') log.dropped(FIELD, 'this model does not think');
    return undefined;
  }
  const config = encodeConfig(reasoning, thinking, log);
  return reasoning.type === 'off' ? config : config && { ...config, includeThoughts: true };
}

function encodeConfig(
  reasoning: ReasoningRequest,
  thinking: Exclude<ThinkingTraits, { type: 'none' }>,
  log: LossLog,
): JsonObject | undefined {
  switch (thinking.type) {
    case 'level':
      return encodeLevel(reasoning, thinking, log);
    case 'budget':
      return encodeBudget(reasoning, thinking, log);
    case 'declared': {
      const fitted = fitReasoning(reasoning, thinking.limits, log);
      return fitted && encodeFitted(fitted);
    }
    default:
      return assertNever(thinking);
  }
}

function encodeFitted(reasoning: ReasoningRequest): JsonObject {
  switch (reasoning.type) {
    case 'off':
      return { thinkingBudget: 0 };
    case 'auto':
      return { thinkingBudget: -1 };
    case 'effort':
      return { thinkingLevel: reasoning.effort };
    case 'budget':
      return { thinkingBudget: reasoning.tokens };
    default:
      return assertNever(reasoning);
  }
}

type Budgets = Extract<ThinkingTraits, { type: 'budget' }>;

function encodeBudget(reasoning: ReasoningRequest, budgets: Budgets, log: LossLog): JsonObject {
  const { min, max, canStop } = budgets;
  switch (reasoning.type) {
    case 'off':
      if (canStop) return { thinkingBudget: 0 };
      log.approximated(FIELD, `this model always thinks; it gets ${min} tokens for it`);
      return { thinkingBudget: min };
    case 'auto':
      return { thinkingBudget: -1 };
    case 'effort':
      return { thinkingBudget: Math.min(max, Math.max(min, BUDGETS[reasoning.effort])) };
    case 'budget': {
      const tokens = Math.min(max, Math.max(min, reasoning.tokens));
      if (tokens !== reasoning.tokens) log.approximated(FIELD, `this model thinks with ${min} to ${max} tokens`);
      return { thinkingBudget: tokens };
    }
    default:
      return assertNever(reasoning);
  }
}

type Levels = Extract<ThinkingTraits, { type: 'level' }>;

function encodeLevel(reasoning: ReasoningRequest, { levels }: Levels, log: LossLog): JsonObject {
  switch (reasoning.type) {
    case 'off': {
      const least = levels[0] ?? 'low';
      log.approximated(FIELD, `this model always thinks; it is asked for ${least}`);
      return { thinkingLevel: least };
    }
    case 'auto':
      return {};
    case 'effort': {
      const level = nearestLevel(reasoning.effort, levels);
      if (level !== reasoning.effort) {
        log.approximated(FIELD, `this model has no level ${reasoning.effort}; it gets ${level}`);
      }
      return { thinkingLevel: level };
    }
    case 'budget': {
      const level = nearestLevel(levelForBudget(reasoning.tokens), levels);
      log.approximated(FIELD, `this model has levels instead of budgets; ${reasoning.tokens} tokens became ${level}`);
      return { thinkingLevel: level };
    }
    default:
      return assertNever(reasoning);
  }
}

/** The level itself, else the next higher one: too little thinking is felt sooner than too much. */
function nearestLevel(effort: ReasoningEffort, levels: readonly ThinkingLevel[]): ThinkingLevel {
  const wanted = THINKING_LEVELS.findIndex((level) => level === effort);
  const from = wanted === -1 ? THINKING_LEVELS.length - 1 : wanted;
  return levels.find((level) => THINKING_LEVELS.indexOf(level) >= from) ?? 'high';
}

function levelForBudget(tokens: number): ThinkingLevel {
  if (tokens <= 512) return 'minimal';
  if (tokens <= 1024) return 'low';
  return tokens <= 8192 ? 'medium' : 'high';
}
