import { lookUp } from '@switchyard/canonical';

type Headers = Readonly<Record<string, string>>;

/** Where vendors say how much of a limit is left and when it is full again. */
const LIMIT_HEADERS = [
  ['x-ratelimit-remaining-requests', 'x-ratelimit-reset-requests'],
  ['x-ratelimit-remaining-tokens', 'x-ratelimit-reset-tokens'],
  ['x-ratelimit-remaining', 'x-ratelimit-reset'],
  ['anthropic-ratelimit-requests-remaining', 'anthropic-ratelimit-requests-reset'],
  ['anthropic-ratelimit-tokens-remaining', 'anthropic-ratelimit-tokens-reset'],
  ['anthropic-ratelimit-input-tokens-remaining', 'anthropic-ratelimit-input-tokens-reset'],
  ['anthropic-ratelimit-output-tokens-remaining', 'anthropic-ratelimit-output-tokens-reset'],
] as const;

/** Numbers above this are seconds since 1970, not a wait; above its thousandfold, milliseconds since 1970. */
const EPOCH_SECONDS_FROM = 1_000_000_000;

/**
 * How long an upstream asks to wait, in milliseconds from `nowMs`: `retry-after-ms`, else `retry-after` (seconds or a
 * date), else the reset of its rate limits: the latest of those that are exhausted, or the earliest when none says so.
 * `headers` have lower-case names.
 */
export function parseRetryAfterMs(headers: Headers, nowMs: number): number | undefined {
  const milliseconds = headers['retry-after-ms'];
  if (milliseconds !== undefined && /^\d+(\.\d+)?$/.test(milliseconds)) return Math.ceil(Number(milliseconds));
  return parseWait(headers['retry-after'], nowMs) ?? readLimitReset(headers, nowMs);
}

function readLimitReset(headers: Headers, nowMs: number): number | undefined {
  const exhausted: number[] = [];
  const others: number[] = [];
  for (const [remainingName, resetName] of LIMIT_HEADERS) {
    const wait = parseWait(headers[resetName], nowMs);
    if (wait === undefined) continue;
    (Number(headers[remainingName]) <= 0 ? exhausted : others).push(wait);
  }
  if (exhausted.length > 0) return Math.max(...exhausted);
  return others.length > 0 ? Math.min(...others) : undefined;
}

/** Seconds (`30`), a duration (`6m0s`, `20ms`), seconds or milliseconds since 1970, or a date. Never negative. */
export function parseWait(text: string | undefined, nowMs: number): number | undefined {
  const value = text?.trim();
  if (!value) return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return parseNumber(Number(value), nowMs);
  const duration = parseDuration(value);
  if (duration !== undefined) return duration;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

function parseNumber(value: number, nowMs: number): number {
  if (value < EPOCH_SECONDS_FROM) return Math.ceil(value * 1000);
  const epochMs = value < EPOCH_SECONDS_FROM * 1000 ? value * 1000 : value;
  return Math.max(0, Math.ceil(epochMs - nowMs));
}

const UNIT_MS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

function parseDuration(value: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|[dhms]))+$/.test(value)) return undefined;
  let total = 0;
  for (const [, amount, unit] of value.matchAll(/(\d+(?:\.\d+)?)(ms|[dhms])/g)) {
    total += Number(amount) * (lookUp(UNIT_MS, unit) ?? 0);
  }
  return Math.ceil(total);
}
