/** A process that lasted so long was not ended by what it started with. */
const SETTLED_MS = 30_000;
const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 10_000;
/** Early ends in a row after which whoever started the service has to look. */
const MOST_EARLY_ENDS = 10;

export interface ProcessEnd {
  /** Whether any process of the service ever served: before that, what is wrong is how it is set up. */
  readonly hasServed: boolean;
  readonly livedMs: number;
  /** Early ends in a row, of all processes, before this one. */
  readonly earlyEnds: number;
}

export type AfterEnd =
  | { readonly type: 'restart'; readonly delayMs: number; readonly earlyEnds: number }
  | { readonly type: 'give-up' };

/** What becomes of a service one of whose processes ended without being asked to. */
export function afterEnd({ hasServed, livedMs, earlyEnds }: ProcessEnd): AfterEnd {
  if (!hasServed) return { type: 'give-up' };
  if (livedMs >= SETTLED_MS) return { type: 'restart', delayMs: 0, earlyEnds: 0 };
  if (earlyEnds + 1 >= MOST_EARLY_ENDS) return { type: 'give-up' };
  const delayMs = Math.min(FIRST_DELAY_MS * 2 ** earlyEnds, LONGEST_DELAY_MS);
  return { type: 'restart', delayMs, earlyEnds: earlyEnds + 1 };
}
