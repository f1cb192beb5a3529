import type { Usage } from '@switchyard/canonical';
import type { Amounts } from '@switchyard/shared-state';

import type { AttemptRecord } from '../dispatch/attempt-record.js';

/** What a request used in all its attempts, in disjoint buckets. */
export interface Used extends Pick<Usage, 'inputUncached' | 'cacheRead' | 'cacheWrite5m' | 'cacheWrite1h' | 'output'> {
  readonly reasoning: number;
  readonly costMicros: number;
  /** Whether any of it is a guess, as no provider said it. */
  readonly isEstimated: boolean;
}

const NOTHING: Used = {
  inputUncached: 0,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  output: 0,
  reasoning: 0,
  costMicros: 0,
  isEstimated: false,
};

/** Adds up what the attempts used: every call is paid for, whether its answer reached the client or not. */
export function usedBy(attempts: readonly AttemptRecord[]): Used {
  let used = NOTHING;
  for (const attempt of attempts) used = withAttempt(used, attempt);
  return used;
}

function withAttempt(used: Used, { usage, isUsageEstimated, costMicros }: AttemptRecord): Used {
  if (usage === undefined) return used;
  return {
    inputUncached: used.inputUncached + usage.inputUncached,
    cacheRead: used.cacheRead + usage.cacheRead,
    cacheWrite5m: used.cacheWrite5m + usage.cacheWrite5m,
    cacheWrite1h: used.cacheWrite1h + usage.cacheWrite1h,
    output: used.output + usage.output,
    reasoning: used.reasoning + (usage.reasoning ?? 0),
    costMicros: used.costMicros + (costMicros ?? 0),
    isEstimated: used.isEstimated || isUsageEstimated === true,
  };
}

/** What limits count of it. */
export function amountsOf(used: Used): Amounts {
  const { inputUncached, cacheRead, cacheWrite5m, cacheWrite1h, output, costMicros } = used;
  return { tokens: inputUncached + cacheRead + cacheWrite5m + cacheWrite1h + output, usdMicros: costMicros };
}
