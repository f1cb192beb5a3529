import type { DialectId } from '@switchyard/canonical';
import type { LimitRule, RuleStanding } from '@switchyard/shared-state';

/** What clients' libraries call the headers of a measure. Written out, so that no name is put together for every request. */
const KNOWN = [
  {
    measure: 'requests',
    openai: {
      limit: 'x-ratelimit-limit-requests',
      remaining: 'x-ratelimit-remaining-requests',
      reset: 'x-ratelimit-reset-requests',
    },
    anthropic: {
      limit: 'anthropic-ratelimit-requests-limit',
      remaining: 'anthropic-ratelimit-requests-remaining',
      reset: 'anthropic-ratelimit-requests-reset',
    },
  },
  {
    measure: 'tokens',
    openai: {
      limit: 'x-ratelimit-limit-tokens',
      remaining: 'x-ratelimit-remaining-tokens',
      reset: 'x-ratelimit-reset-tokens',
    },
    anthropic: {
      limit: 'anthropic-ratelimit-tokens-limit',
      remaining: 'anthropic-ratelimit-tokens-remaining',
      reset: 'anthropic-ratelimit-tokens-reset',
    },
  },
] as const;

export interface HeaderFacts {
  readonly dialect: DialectId;
  readonly nowMs: number;
}

/**
 * Adds the headers that tell a client how it stands: OpenAI's names for everybody, and Anthropic's beside them for who speaks
 * its dialect. Of several limits of a measure, the one that is nearest. (OpenAI and Anthropic, "Rate limits")
 */
export function addLimitHeaders(
  headers: Record<string, string>,
  standings: readonly RuleStanding[],
  { dialect, nowMs }: HeaderFacts,
): void {
  for (const { measure, openai, anthropic } of KNOWN) {
    const nearest = nearestOf(standings, measure);
    if (nearest === undefined) continue;
    const { rule, resetMs } = nearest;
    const limit = String(rule.limit);
    const remaining = String(Math.max(0, Math.floor(nearest.remaining)));
    headers[openai.limit] = limit;
    headers[openai.remaining] = remaining;
    headers[openai.reset] = duration(resetMs);
    if (dialect !== 'anthropic-messages') continue;
    headers[anthropic.limit] = limit;
    headers[anthropic.remaining] = remaining;
    headers[anthropic.reset] = new Date(nowMs + resetMs).toISOString();
  }
}

function nearestOf(standings: readonly RuleStanding[], measure: LimitRule['measure']): RuleStanding | undefined {
  let nearest: RuleStanding | undefined;
  for (const standing of standings) {
    if (standing.rule.measure !== measure) continue;
    if (nearest === undefined || standing.remaining < nearest.remaining) nearest = standing;
  }
  return nearest;
}

// With their point and without zeros at their end; nothing for none.
const THOUSANDTHS = Array.from({ length: 1_000 }, (_, ms) => String(ms / 1_000).slice(1));

/** As OpenAI writes it: `120ms`, `7.66s`, `6m0s`. */
function duration(ms: number): string {
  const whole = Math.max(0, Math.ceil(ms));
  if (whole < 1_000) return `${whole}ms`;
  const seconds = `${Math.floor((whole % 60_000) / 1_000)}${THOUSANDTHS[whole % 1_000] ?? ''}`;
  const minutes = Math.floor(whole / 60_000);
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds}s`;
}
