import { assertNever, REASONING_EFFORTS, type ReasoningEffort, type ReasoningRequest } from '@switchyard/canonical';

/** How a model can be asked to think. Without levels and budget it does not think at all. */
export interface ThinkingLimits {
  /** The efforts it takes, from least to most. */
  readonly levels?: readonly ReasoningEffort[] | undefined;
  /** The token budgets it takes. */
  readonly budget?: { readonly min: number; readonly max: number } | undefined;
  /** Whether it can be asked not to think. */
  readonly canStop?: boolean | undefined;
  /** Whether it can be left to the model how much it thinks. */
  readonly canDecide?: boolean | undefined;
}

/** What to ask the model for; undefined says nothing. */
export interface FittedThinking {
  readonly reasoning: ReasoningRequest | undefined;
  /** Why that is not what was asked for. */
  readonly reason?: string | undefined;
}

/**
 * The wish for thinking that the model can fulfil and that is nearest to the one that was made. Between two that are
 * equally near it takes the lesser, so that nobody pays for more than was asked.
 */
export function fitThinking(wanted: ReasoningRequest, limits: ThinkingLimits): FittedThinking {
  const { levels = [], budget } = limits;
  if (levels.length === 0 && budget === undefined) {
    return wanted.type === 'off'
      ? { reasoning: undefined }
      : { reasoning: undefined, reason: 'this model does not think' };
  }
  const reasoning = nearest(wanted, limits);
  const reason = isSame(wanted, reasoning)
    ? undefined
    : `this model cannot be asked for ${told(wanted)}; it is asked for ${told(reasoning)}`;
  return { reasoning, reason };
}

function nearest(
  wanted: ReasoningRequest,
  { levels = [], budget, canStop, canDecide }: ThinkingLimits,
): ReasoningRequest {
  const least = levels[0];
  switch (wanted.type) {
    case 'off':
      if (canStop) return wanted;
      return least === undefined ? tokens(budget?.min ?? 0) : { type: 'effort', effort: least };
    case 'auto':
      if (canDecide) return wanted;
      if (least !== undefined) return { type: 'effort', effort: nearestLevel('medium', levels) };
      return budget === undefined ? wanted : tokens(Math.floor((budget.min + budget.max) / 2));
    case 'effort':
      if (least !== undefined) return { type: 'effort', effort: nearestLevel(wanted.effort, levels) };
      return tokens(clamp(EFFORT_TOKENS[wanted.effort], budget));
    case 'budget':
      if (budget !== undefined) return tokens(clamp(wanted.tokens, budget));
      return { type: 'effort', effort: nearestLevel(effortForBudget(wanted.tokens), levels) };
    default:
      return assertNever(wanted);
  }
}

/** The tokens that each effort stands for, where a model is asked by budget. */
const EFFORT_TOKENS: Readonly<Record<ReasoningEffort, number>> = {
  minimal: 512,
  low: 1024,
  medium: 8192,
  high: 24_576,
  xhigh: 32_768,
  max: 128_000,
};

/** The effort that a budget stands for, where a model is asked by effort. */
export function effortForBudget(budget: number): ReasoningEffort {
  const efforts = ['minimal', 'low', 'medium', 'high'] as const;
  return efforts.find((effort) => budget <= EFFORT_TOKENS[effort]) ?? 'xhigh';
}

function nearestLevel(wanted: ReasoningEffort, levels: readonly ReasoningEffort[]): ReasoningEffort {
  const distance = (level: ReasoningEffort) => {
    return Math.abs(REASONING_EFFORTS.indexOf(level) - REASONING_EFFORTS.indexOf(wanted));
  };
  return levels.reduce((best, level) => (distance(level) < distance(best) ? level : best), levels[0] ?? wanted);
}

function clamp(count: number, budget: ThinkingLimits['budget']): number {
  return budget === undefined ? count : Math.min(budget.max, Math.max(budget.min, count));
}

function tokens(count: number): ReasoningRequest {
  return { type: 'budget', tokens: count };
}

/** Whether the model is asked for what was wanted. An effort that is told in tokens is no loss. */
function isSame(wanted: ReasoningRequest, given: ReasoningRequest): boolean {
  if (wanted.type === 'effort' && given.type === 'budget') return given.tokens === EFFORT_TOKENS[wanted.effort];
  return told(wanted) === told(given);
}

function told(reasoning: ReasoningRequest): string {
  switch (reasoning.type) {
    case 'off':
      return 'no thinking';
    case 'auto':
      return 'as much thinking as it finds right';
    case 'effort':
      return `effort ${reasoning.effort}`;
    case 'budget':
      return `${reasoning.tokens} tokens of thinking`;
    default:
      return assertNever(reasoning);
  }
}
