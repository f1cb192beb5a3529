import type { Candidate } from '@switchyard/routing';
import type { AttemptHead } from '@switchyard/wire';

import type { RequestContext } from '../accept/request-context.js';
import { addLimitHeaders } from '../admit/limit-headers.js';
import { twoDecimals } from './two-decimals.js';

/** The headers that tell a client what happened to its request. Notes the overhead that they tell in the context. (contracts.md, "Client API") */
export function answerHeaders(
  context: RequestContext,
  options: { readonly candidate: Candidate; readonly head: AttemptHead; readonly nowMs: number },
): Readonly<Record<string, string>> {
  const { candidate, head, nowMs } = options;
  let waitedMs = head.waitedMs ?? 0;
  for (const attempt of context.attempts) waitedMs += attempt.waitedMs;
  context.overheadMs = Math.max(0, nowMs - context.receivedAtMs - waitedMs);
  const overheadMs = twoDecimals(context.overheadMs);
  const headers: Record<string, string> = {
    'x-request-id': context.requestId,
    'x-switchyard-provider': candidate.credential.provider,
    'x-switchyard-credential': candidate.credential.id,
    'x-switchyard-model': headerSafe(candidate.model),
    'x-switchyard-attempts': String(context.attemptsBegun),
    'x-switchyard-snapshot': String(context.snapshotVersion ?? ''),
    'x-switchyard-overhead-ms': overheadMs,
    'server-timing': `switchyard;dur=${overheadMs}, upstream;dur=${twoDecimals(waitedMs)}`,
  };
  addStandingHeaders(headers, context);
  return headers;
}

interface StandingFacts {
  readonly standings?: RequestContext['standings'];
  readonly surface: Pick<RequestContext['surface'], 'dialect'>;
}

/** How the client stands with its limits; nothing for who has none. */
export function standingHeaders(facts: StandingFacts): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  addStandingHeaders(headers, facts);
  return headers;
}

function addStandingHeaders(headers: Record<string, string>, { standings, surface }: StandingFacts): void {
  if (standings !== undefined) addLimitHeaders(headers, standings, { dialect: surface.dialect, nowMs: Date.now() });
}

// A model's name may hold any character; a header's value may not. (RFC 9110, section 5.5)
const SAFE = /^[\x21-\x7e]*$/;

function headerSafe(value: string): string {
  return SAFE.test(value) ? value : encodeURI(value);
}
