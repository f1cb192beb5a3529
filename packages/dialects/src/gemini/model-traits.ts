import type { ThinkingLimits } from '../thinking/fit-thinking.js';

/** The levels of thinking, from least to most. */
export const THINKING_LEVELS = ['minimal', 'low', 'medium', 'high'] as const;
export type ThinkingLevel = (typeof THINKING_LEVELS)[number];

/** How a model is asked to think. */
export type ThinkingTraits =
  | { readonly type: 'none' }
  | { readonly type: 'budget'; readonly min: number; readonly max: number; readonly canStop: boolean }
  | { readonly type: 'level'; readonly levels: readonly ThinkingLevel[] }
  /** As the operator says. */
  | { readonly type: 'declared'; readonly limits: ThinkingLimits };

/** What a model accepts that others refuse. */
export interface ModelTraits {
  readonly thinking: ThinkingTraits;
  /** Whether a call in the conversation is refused without the signature of the thought behind it. */
  readonly needsSignatures: boolean;
}

/**
 * Reads the traits off a model's name. Since 3.0 thinking has levels, before it budgets, which newer models still take;
 * so names we cannot read get budgets. (Gemini API documentation, "Thinking" and "Thought signatures")
 */
export function modelTraits(model: string): ModelTraits {
  const match = /gemini-(\d+)(?:\.(\d+))?/.exec(model);
  const version = match === null ? 205 : Number(match[1]) * 100 + Number(match[2] ?? 0);
  if (version >= 300) return { thinking: { type: 'level', levels: levelsOf(model, version) }, needsSignatures: true };
  if (version < 205) return { thinking: { type: 'none' }, needsSignatures: false };
  return { thinking: budgetsOf(model), needsSignatures: false };
}

function levelsOf(model: string, version: number): readonly ThinkingLevel[] {
  if (!model.includes('-pro')) return THINKING_LEVELS;
  return version === 300 ? ['low', 'high'] : ['low', 'medium', 'high'];
}

function budgetsOf(model: string): ThinkingTraits {
  if (model.includes('-pro')) return { type: 'budget', min: 128, max: 32_768, canStop: false };
  const min = model.includes('-flash-lite') ? 512 : 1;
  return { type: 'budget', min, max: 24_576, canStop: true };
}
