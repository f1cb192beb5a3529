import { matchesPattern } from '../names/pattern.js';
import type { Ceilings, Limits } from '../snapshot/limits.js';

export interface ScopedCeilings {
  /** Whom they hold for, with `:model:PATTERN` behind it where they are those of a model. */
  readonly scope: string;
  readonly ceilings: Ceilings;
}

/**
 * The ceilings that a request counts against: those for all models, and those of the first pattern that its model fits.
 * Without a model, those of every pattern.
 */
export function ceilingsFor(
  scope: string,
  limits: Limits | undefined,
  model: string | undefined,
): readonly ScopedCeilings[] {
  if (limits === undefined) return [];
  const { models = [] } = limits;
  const concerned =
    model === undefined ? models : models.filter((entry) => matchesPattern(entry.model, model)).slice(0, 1);
  return [
    { scope, ceilings: limits },
    ...concerned.map((entry) => ({ scope: `${scope}:model:${entry.model}`, ceilings: entry })),
  ];
}
