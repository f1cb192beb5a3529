import type { DialectId } from '@switchyard/canonical';
import type { LimitRule, RuleStanding } from '@switchyard/shared-state';

/** The measures that clients' libraries know headers for, and what those call them. */
const KNOWN = ['requests', 'tokens'] as const;

export interface HeaderFacts {
  readonly dialect: DialectId;
  readonly nowMs: number;
}

/**
 * The headers that tell a client how it stands: OpenAI's names for everybody, and Anthropic's beside them for who speaks
 * its dialect. Of several limits of a measure, the one that is nearest. (OpenAI and Anthropic, "Rate limits")
 */
export function limitHeaders(
  standings: readonly RuleStanding[],
  { dialect, nowMs }: HeaderFacts,
): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const measure of KNOWN) {
    const nearest = nearestOf(standings, measure);
    if (nearest === undefined) continue;
    const { rule, resetMs } = nearest;
    const remaining = String(Math.max(0, Math.floor(nearest.remaining)));
    headers[`x-ratelimit-limit-${measure}`] = String(rule.limit);
    headers[`x-ratelimit-remaining-${measure}`] = remaining;
    headers[`x-ratelimit-reset-${measure}`] = duration(resetMs);
    if (dialect !== 'anthropic-messages') continue;
    headers[`anthropic-ratelimit-${measure}-limit`] = String(rule.limit);
    headers[`anthropic-ratelimit-${measure}-remaining`] = remaining;
    headers[`anthropic-ratelimit-${measure}-reset`] = new Date(nowMs + resetMs).toISOString();
  }
  return headers;
}

function nearestOf(standings: readonly RuleStanding[], measure: LimitRule['measure']): RuleStanding | undefined {
  let nearest: RuleStanding | undefined;
  for (const standing of standings) {
    if (standing.rule.measure !== measure) continue;
    if (nearest === undefined || standing.remaining < nearest.remaining) nearest = standing;
  }
  return nearest;
}

/** As OpenAI writes it: `120ms`, `7.66s`, `6m0s`. */
function duration(ms: number): string {
  const whole = Math.max(0, Math.ceil(ms));
  if (whole < 1_000) return `${whole}ms`;
  const seconds = (whole % 60_000) / 1_000;
  const minutes = Math.floor(whole / 60_000);
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds}s`;
}
