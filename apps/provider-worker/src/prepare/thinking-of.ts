import type { ThinkingLimits } from '@switchyard/dialects';

import type { Attempt } from '../attempt.js';

/** How the operator says the attempt's model can be asked to think; undefined where nothing is said. */
export function thinkingOf({ open, target }: Pick<Attempt, 'open' | 'target'>): ThinkingLimits | undefined {
  return target.credential.thinking?.[open.model];
}
