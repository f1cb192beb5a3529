import { isErrorCode, type Headroom, type Quota } from '@switchyard/canonical';
import type { HealthRecord } from '@switchyard/routing';

/** What replicas tell each other, and what scripts store: words with single spaces, cheap to take apart in Lua too. */
export function encodeRecord({ state, code, sinceMs, untilMs, level }: HealthRecord): string {
  return `${state} ${code} ${Math.round(sinceMs)} ${Math.round(untilMs)} ${level}`;
}

/** Undefined for an empty text, and for one of a release that knows other states or codes. */
export function decodeRecord(scope: string, text: string): HealthRecord | undefined {
  const [state, code = '', since, until, level] = text.split(' ');
  if (state !== 'cooling' && state !== 'parked') return undefined;
  if (!isErrorCode(code)) return undefined;
  const record = { scope, state, code, sinceMs: Number(since), untilMs: Number(until), level: Number(level) } as const;
  return Number.isFinite(record.sinceMs + record.untilMs + record.level) ? record : undefined;
}

const QUOTAS = ['requests', 'tokens', 'inputTokens', 'outputTokens'] as const;

/** The time, then `remaining,limit,resetAtMs` of each quota, empty for what is not known. */
export function encodeHeadroom(headroom: Headroom): string {
  const quotas = QUOTAS.map((name) => {
    const quota = headroom[name];
    return quota === undefined ? '' : `${quota.remaining},${quota.limit ?? ''},${quota.resetAtMs ?? ''}`;
  });
  return [headroom.observedAtMs, ...quotas].join(' ');
}

export function decodeHeadroom(text: string): Headroom | undefined {
  const [observed, ...quotas] = text.split(' ');
  const observedAtMs = decodeNumber(observed);
  if (observedAtMs === undefined) return undefined;
  const [requests, tokens, inputTokens, outputTokens] = quotas.map(decodeQuota);
  return { requests, tokens, inputTokens, outputTokens, observedAtMs };
}

function decodeQuota(text: string): Quota | undefined {
  const [remaining, limit, resetAtMs] = text.split(',').map(decodeNumber);
  return remaining === undefined ? undefined : { remaining, limit, resetAtMs };
}

function decodeNumber(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}
