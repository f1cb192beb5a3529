import type { Headroom, Quota } from '@switchyard/canonical';

import { parseWait } from './retry-after.js';

type Headers = Readonly<Record<string, string>>;
type Measure = 'requests' | 'tokens' | 'inputTokens' | 'outputTokens';

/** The three headers of one quota: what is left, of how much, and when it is whole again. */
interface QuotaHeaders {
  readonly measure: Measure;
  readonly remaining: string;
  readonly limit: string;
  readonly reset: string;
}

/**
 * Where vendors tell it: OpenAI and those that follow it, Groq among them (Rate limits, "Rate limits in headers");
 * Anthropic (Rate limits, "Response headers"); OpenRouter and Together, who count requests alone in the plain form.
 */
const QUOTAS: readonly QuotaHeaders[] = [
  ...(['requests', 'tokens'] as const).map((measure) => ({
    measure,
    remaining: `x-ratelimit-remaining-${measure}`,
    limit: `x-ratelimit-limit-${measure}`,
    reset: `x-ratelimit-reset-${measure}`,
  })),
  { measure: 'requests', remaining: 'x-ratelimit-remaining', limit: 'x-ratelimit-limit', reset: 'x-ratelimit-reset' },
  ...(
    [
      ['requests', 'requests'],
      ['tokens', 'tokens'],
      ['inputTokens', 'input-tokens'],
      ['outputTokens', 'output-tokens'],
    ] as const
  ).map(([measure, name]) => ({
    measure,
    remaining: `anthropic-ratelimit-${name}-remaining`,
    limit: `anthropic-ratelimit-${name}-limit`,
    reset: `anthropic-ratelimit-${name}-reset`,
  })),
];

/**
 * What an answer's rate-limit headers say is left of the account's quotas; undefined where they say nothing.
 * `headers` have lower-case names.
 */
export function readHeadroom(headers: Headers, nowMs: number): Headroom | undefined {
  let found: Partial<Record<Measure, Quota>> | undefined;
  for (const names of QUOTAS) {
    if (headers[names.remaining] === undefined || found?.[names.measure] !== undefined) continue;
    const quota = readQuota(headers, names, nowMs);
    if (quota === undefined) continue;
    found ??= {};
    found[names.measure] = quota;
  }
  return found === undefined ? undefined : { ...found, observedAtMs: nowMs };
}

/**
 * Whether a refusal is for the whole account, though the provider counts quota by model: Anthropic's limits of a
 * subscription say so. (Response headers of accounts that log in; facts gathered by cliproxyapi's users)
 */
export function isAccountWide(headers: Headers): boolean {
  return headers['anthropic-ratelimit-unified-status'] === 'rejected';
}

function readQuota(headers: Headers, names: QuotaHeaders, nowMs: number): Quota | undefined {
  const remaining = readCount(headers[names.remaining]);
  if (remaining === undefined) return undefined;
  const limit = readCount(headers[names.limit]);
  const waitMs = parseWait(headers[names.reset], nowMs);
  return {
    remaining,
    ...(limit === undefined ? {} : { limit }),
    ...(waitMs === undefined ? {} : { resetAtMs: nowMs + waitMs }),
  };
}

function readCount(text: string | undefined): number | undefined {
  if (text === undefined || !/^-?\d{1,15}(\.\d+)?$/.test(text.trim())) return undefined;
  return Math.max(0, Math.floor(Number(text)));
}
