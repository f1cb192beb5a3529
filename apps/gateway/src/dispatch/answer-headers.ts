import type { Candidate } from '@switchyard/routing';
import type { AttemptHead } from '@switchyard/wire';

import type { RequestContext } from '../accept/request-context.js';
import { limitHeaders } from '../admit/limit-headers.js';

/** The headers that tell a client what happened to its request. Notes the overhead that they tell in the context. (contracts.md, "Client API") */
export function answerHeaders(
  context: RequestContext,
  options: { readonly candidate: Candidate; readonly head: AttemptHead; readonly nowMs: number },
): Readonly<Record<string, string>> {
  const { candidate, head, nowMs } = options;
  let waitedMs = head.waitedMs ?? 0;
  for (const attempt of context.attempts) waitedMs += attempt.waitedMs;
  context.overheadMs = Math.max(0, nowMs - context.receivedAtMs - waitedMs);
  const overheadMs = context.overheadMs.toFixed(2);
  return {
    'x-request-id': context.requestId,
    'x-switchyard-provider': candidate.credential.provider,
    'x-switchyard-credential': candidate.credential.id,
    'x-switchyard-model': headerSafe(candidate.model),
    'x-switchyard-attempts': String(context.attemptsBegun),
    'x-switchyard-snapshot': String(context.snapshotVersion ?? ''),
    'x-switchyard-overhead-ms': overheadMs,
    'server-timing': `switchyard;dur=${overheadMs}, upstream;dur=${waitedMs.toFixed(2)}`,
    ...standingHeaders(context),
  };
}

interface StandingFacts {
  readonly standings?: RequestContext['standings'];
  readonly surface: Pick<RequestContext['surface'], 'dialect'>;
}

/** How the client stands with its limits; nothing for who has none. */
export function standingHeaders({ standings, surface }: StandingFacts): Readonly<Record<string, string>> {
  return standings === undefined ? {} : limitHeaders(standings, { dialect: surface.dialect, nowMs: Date.now() });
}

// A model's name may hold any character; a header's value may not. (RFC 9110, section 5.5)
function headerSafe(value: string): string {
  return /^[\x21-\x7e]*$/.test(value) ? value : encodeURI(value);
}
