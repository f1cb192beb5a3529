import type { ErrorCode } from '@switchyard/canonical';
import { worthAnotherRound } from '@switchyard/routing';
import type { AttemptEnd } from '@switchyard/wire';

/**
 * Of several failed attempts, the one whose error says most to the client: what may pass by itself before what will not,
 * since then asking again later helps; the client's own fault before the operator's; and of equals the last.
 */
export function tellingFailure(ends: readonly AttemptEnd[]): AttemptEnd | undefined {
  let telling: AttemptEnd | undefined;
  for (const end of ends) {
    if (telling === undefined || rankOf(end) <= rankOf(telling)) telling = end;
  }
  return telling;
}

function rankOf({ error }: AttemptEnd): number {
  if (error === undefined) return 3;
  if (CONCERNS_REQUEST.has(error.code)) return 0;
  return worthAnotherRound(error.code) ? 1 : 2;
}

/** Said by one candidate, and true for the request wherever it goes next. */
const CONCERNS_REQUEST: ReadonlySet<ErrorCode> = new Set([
  'upstream_invalid_request',
  'upstream_context_length',
  'upstream_content_filter',
]);
