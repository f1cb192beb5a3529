import { REASONING_EFFORTS } from '@switchyard/canonical';
import type { ThinkingLimits } from '@switchyard/routing';
import { z } from 'zod';

const LEVELS = ['none', 'auto', ...REASONING_EFFORTS] as const;

const level = z.enum(LEVELS, { error: `must be one of ${LEVELS.join(', ')}` });
const tokens = z.int().min(0);

/**
 * How a model can be asked to think, in the words of cliproxyapi's file: efforts, a range of tokens, or both. `none` and
 * `auto` among the levels say the same as `zero-allowed` and `dynamic-allowed`. A list without efforts is a model that does
 * not think.
 */
export const thinking = z
  .object({
    levels: z.array(level).optional(),
    min: tokens.optional(),
    max: tokens.min(1).optional(),
    'zero-allowed': z.boolean().default(false),
    'dynamic-allowed': z.boolean().default(false),
  })
  .refine(({ levels, max }) => levels !== undefined || max !== undefined, {
    error: 'must have levels, or a max of tokens',
    params: { remedy: 'write levels: [low, medium, high], max: 32768, or levels: [] for a model that does not think' },
  })
  .refine(({ min = 0, max }) => max === undefined || min <= max, {
    error: 'has a min above its max',
    params: { remedy: 'write the least budget as min and the largest as max' },
  })
  .transform((written): ThinkingLimits => {
    const { levels, min = 0, max, 'zero-allowed': zero, 'dynamic-allowed': dynamic } = written;
    const efforts = REASONING_EFFORTS.filter((effort) => levels?.includes(effort));
    return {
      ...(efforts.length > 0 && { levels: efforts }),
      ...(max !== undefined && { budget: { min, max } }),
      ...((zero || levels?.includes('none')) && { canStop: true }),
      ...((dynamic || levels?.includes('auto')) && { canDecide: true }),
    };
  });
