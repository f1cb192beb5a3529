import { alignColumns } from './align-columns.js';

/** A figure and what it is held to. */
export interface Bound {
  readonly budget: string;
  readonly type: 'at most' | 'at least';
  readonly bound: number;
  readonly unit: string;
  /** Null or no number where it was not measured. */
  readonly reached: number | null | undefined;
  /** What is to be known of it where it is missed. */
  readonly doubt?: string | undefined;
}

export interface Verdict extends Bound {
  readonly reached: number;
  readonly met: boolean;
  /** As a share of the bound; 0 where it is met. */
  readonly missedBy: number;
}

/** Judges what was measured, and leaves out what was not. */
export function verdictsOf(bounds: readonly Bound[]): readonly Verdict[] {
  return bounds.flatMap((one) => {
    const { type, bound, reached } = one;
    if (typeof reached !== 'number' || !Number.isFinite(reached)) return [];
    const met = type === 'at most' ? reached <= bound : reached >= bound;
    return { ...one, reached, met, missedBy: met ? 0 : Math.abs(reached - bound) / Math.max(bound, Number.EPSILON) };
  });
}

/** `met`, or by how much it is missed. */
export function verdictText({ met, missedBy, bound, reached }: Verdict): string {
  if (met) return 'met';
  // Of a bound of nothing every excess is infinite.
  return bound === 0 ? `MISSED by ${reached}` : `MISSED by ${Math.max(1, Math.round(missedBy * 100))} %`;
}

/** A table of verdicts; empty for none. */
export function formatVerdicts(verdicts: readonly Verdict[]): string {
  if (verdicts.length === 0) return '';
  const lines = verdicts.map((verdict) => [
    verdict.budget,
    `${verdict.type === 'at most' ? '≤' : '≥'} ${shown(verdict.bound)}${verdict.unit}`,
    `${shown(verdict.reached)}${verdict.unit}`,
    verdictText(verdict) + (verdict.met || verdict.doubt === undefined ? '' : ` (${verdict.doubt})`),
  ]);
  return alignColumns([['budget', 'bound', 'reached', ''], ...lines], 1);
}

function shown(value: number): string {
  return Number.isInteger(value) ? `${value}` : value.toFixed(Math.abs(value) < 10 ? 2 : 1);
}
