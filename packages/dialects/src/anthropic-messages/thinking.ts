import { REASONING_EFFORTS, type CanonicalRequest, type ReasoningEffort } from '@switchyard/canonical';
import type { ReasoningRequest, Warning } from '@switchyard/canonical';
import { z } from 'zod';

import type { JsonObject } from '../dialect.js';
import { fitThinking, type ThinkingLimits } from '../thinking/fit-thinking.js';
import { AMPLE_OUTPUT_TOKENS, type ModelTraits } from './model-traits.js';

/** Anthropic rejects a smaller budget. (Messages API reference, thinking) */
const MIN_BUDGET = 1024;

/** Sent as `max_tokens` when the client names no ceiling, and neither the model's name nor the provider implies one. */
export const DEFAULT_MAX_OUTPUT_TOKENS = 4096;

const BUDGETS: Readonly<Record<ReasoningEffort, number>> = {
  minimal: MIN_BUDGET,
  low: MIN_BUDGET,
  medium: 8192,
  high: 24_576,
  xhigh: 32_768,
  max: 128_000,
};

/** Each level serves budgets up to this many tokens: the middle between its own budget and the next. */
const EFFORT_CEILINGS: readonly (readonly [ReasoningEffort, number])[] = [
  ['low', 4096],
  ['medium', 16_384],
  ['high', 28_672],
  ['xhigh', 80_384],
];

const thinking = z.looseObject({
  type: z.enum(['enabled', 'disabled', 'adaptive']),
  budget_tokens: z.number().int().nullish(),
});
// `minimal` is other families' word. Anthropic itself refuses it; elsewhere it says what is meant.
const effort = z.enum(REASONING_EFFORTS);

/** `thinking` and `output_config.effort` together; undefined for what we do not know, which then rides along unread. */
export function decodeThinking(value: unknown, effortValue: unknown): ReasoningRequest | undefined {
  const parsed = thinking.safeParse(value);
  const level = effort.safeParse(effortValue);
  if (!parsed.success) return level.success ? { type: 'effort', effort: level.data } : undefined;
  switch (parsed.data.type) {
    case 'disabled':
      return { type: 'off' };
    case 'adaptive':
      return level.success ? { type: 'effort', effort: level.data } : { type: 'auto' };
    case 'enabled': {
      const { budget_tokens: tokens } = parsed.data;
      // Anthropic refuses both, yet clients of several providers say none by 0 and any by -1.
      if (tokens === 0) return { type: 'off' };
      return typeof tokens === 'number' && tokens > 0 ? { type: 'budget', tokens } : { type: 'auto' };
    }
  }
}

/** Whether `decodeThinking` understands the value of `thinking`. */
export function isKnownThinking(value: unknown): boolean {
  return thinking.safeParse(value).success;
}

/** How a request asks for thinking, and the ceiling that leaves room for it. */
export interface ThinkingPlan {
  readonly maxTokens: number;
  /** Undefined: say nothing. */
  readonly thinking?: JsonObject | undefined;
  readonly effort?: string | undefined;
  readonly thinks: boolean;
}

export interface ThinkingContext {
  readonly traits: ModelTraits;
  readonly defaultMaxOutputTokens?: number | undefined;
  /** What the operator says of the model's thinking, which then counts instead of its name. */
  readonly limits?: ThinkingLimits | undefined;
}

export function planThinking(request: CanonicalRequest, context: ThinkingContext, warnings: Warning[]): ThinkingPlan {
  const { limits, ...rest } = context;
  if (limits === undefined || request.reasoning === undefined) return planByTraits(request, rest, warnings);
  const { reasoning, reason } = fitThinking(request.reasoning, limits);
  if (reason !== undefined) {
    warnings.push({ type: reasoning === undefined ? 'dropped' : 'approximated', field: 'reasoningEffort', reason });
  }
  return planByTraits({ ...request, reasoning }, { ...rest, traits: traitsWithin(limits, context.traits) }, warnings);
}

function traitsWithin({ levels, budget, canStop }: ThinkingLimits, traits: ModelTraits): ModelTraits {
  const byEffort = budget === undefined ? 'adaptive' : 'either';
  return {
    ...traits,
    thinking: levels === undefined ? 'budget' : byEffort,
    alwaysThinks: !canStop,
    takesXhigh: levels?.includes('xhigh') ?? false,
  };
}

function planByTraits(request: CanonicalRequest, context: ThinkingContext, warnings: Warning[]): ThinkingPlan {
  const { reasoning } = request;
  const { maxOutputTokens: asked } = request;
  const implied = context.traits.maxOutputTokens ?? context.defaultMaxOutputTokens ?? DEFAULT_MAX_OUTPUT_TOKENS;
  const quiet = asked ?? implied;
  if (reasoning === undefined) return { maxTokens: quiet, thinks: false };
  if (reasoning.type === 'off') return planOff(quiet, context.traits, warnings);
  const { thinking: mode } = context.traits;
  if (mode === 'adaptive' || (mode === 'either' && reasoning.type !== 'budget')) {
    const level = adaptiveEffort(reasoning, context.traits, warnings);
    const maxTokens = asked ?? Math.max(quiet, AMPLE_OUTPUT_TOKENS);
    return { maxTokens, thinking: { type: 'adaptive' }, effort: level, thinks: true };
  }
  if (mode === 'budget' && hasUnthoughtToolCall(request)) {
    const reason = 'the tool call that is being answered has no signed thinking before it';
    warnings.push({ type: 'approximated', field: 'reasoningEffort', reason });
    return { maxTokens: quiet, thinking: { type: 'disabled' }, thinks: false };
  }
  return planBudget(reasoning, { asked, quiet }, warnings);
}

function planOff(maxTokens: number, traits: ModelTraits, warnings: Warning[]): ThinkingPlan {
  if (!traits.alwaysThinks) return { maxTokens, thinking: { type: 'disabled' }, thinks: false };
  warnings.push({
    type: 'approximated',
    field: 'reasoningEffort',
    reason: 'this model always thinks; it is asked for little',
  });
  return { maxTokens, effort: 'low', thinks: true };
}

type ActiveReasoning = Exclude<ReasoningRequest, { type: 'off' }>;

interface Ceilings {
  /** The client's own. */
  readonly asked: number | undefined;
  /** What is sent without thinking. */
  readonly quiet: number;
}

/** Thinking counts against `max_tokens`, so one that nobody asked for leaves room for both. */
function planBudget(reasoning: ActiveReasoning, { asked, quiet }: Ceilings, warnings: Warning[]): ThinkingPlan {
  const wanted = wantedBudget(reasoning, warnings);
  const maxTokens = asked ?? Math.max(quiet, AMPLE_OUTPUT_TOKENS);
  const most = asked === undefined ? maxTokens - DEFAULT_MAX_OUTPUT_TOKENS : maxTokens - 1;
  const tokens = Math.min(wanted, most);
  if (tokens < MIN_BUDGET) {
    const reason = `a thinking budget is at least ${MIN_BUDGET} tokens and below max_tokens, so the model does not think`;
    warnings.push({ type: 'approximated', field: 'reasoningEffort', reason });
    return { maxTokens: quiet, thinking: { type: 'disabled' }, thinks: false };
  }
  if (tokens < wanted) {
    const reason = `the thinking budget is cut to ${tokens} tokens, below max_tokens`;
    warnings.push({ type: 'approximated', field: 'reasoningEffort', reason });
  }
  return { maxTokens, thinking: { type: 'enabled', budget_tokens: tokens }, thinks: true };
}

function wantedBudget(reasoning: ActiveReasoning, warnings: Warning[]): number {
  switch (reasoning.type) {
    case 'budget':
      return reasoning.tokens;
    case 'effort':
      return BUDGETS[reasoning.effort];
    case 'auto':
      warnings.push({
        type: 'approximated',
        field: 'reasoningEffort',
        reason: 'this model needs a budget; it gets a medium one',
      });
      return BUDGETS.medium;
  }
}

/** The `output_config.effort`; undefined lets the model decide. */
function adaptiveEffort(reasoning: ActiveReasoning, traits: ModelTraits, warnings: Warning[]): string | undefined {
  if (reasoning.type === 'auto') return undefined;
  const wanted = reasoning.type === 'effort' ? reasoning.effort : effortFor(reasoning.tokens);
  const level = nearestEffort(wanted, traits);
  if (reasoning.type === 'budget') {
    const reason = `this model takes no budget; it gets effort ${level}`;
    warnings.push({ type: 'approximated', field: 'reasoningEffort', reason });
  } else if (level !== wanted) {
    const reason = `this model has no effort ${wanted}; it gets ${level}`;
    warnings.push({ type: 'approximated', field: 'reasoningEffort', reason });
  }
  return level;
}

function effortFor(tokens: number): ReasoningEffort {
  return EFFORT_CEILINGS.find(([, most]) => tokens <= most)?.[0] ?? 'max';
}

function nearestEffort(wanted: ReasoningEffort, traits: ModelTraits): ReasoningEffort {
  if (wanted === 'minimal') return 'low';
  return wanted === 'xhigh' && !traits.takesXhigh ? 'high' : wanted;
}

/**
 * With a budget, the assistant turn whose tool calls are being answered must begin with signed thinking, or the request is
 * refused. Clients of other dialects cannot keep that thinking. (Extended thinking, preserving thinking blocks)
 */
function hasUnthoughtToolCall(request: CanonicalRequest): boolean {
  const last = request.messages.findLastIndex((message) => message.role === 'assistant');
  const turn = request.messages[last];
  if (turn === undefined || !turn.content.some((block) => block.type === 'tool-call')) return false;
  const signed = turn.content.some((block) => {
    if (block.type === 'redacted-reasoning') return block.provenance === 'anthropic-messages';
    return block.type === 'reasoning' && block.provenance === 'anthropic-messages' && Boolean(block.signature);
  });
  return !signed;
}
