import type { ServerToolStep } from '@switchyard/canonical';
import { z } from 'zod';

import { fnv1a } from '../json/fnv1a.js';

/** Which of our ids the steps of an answer got so far. */
export const stepIdState = z.object({
  count: z.number(),
  /** By the provider's own id, or by the tool where it gives none. */
  known: z.record(z.string(), z.string()),
});

export type StepIdState = Readonly<z.infer<typeof stepIdState>>;

export const NO_STEPS: StepIdState = { count: 0, known: {} };

export interface IdentifiedStep {
  readonly state: StepIdState;
  /** The same for a call and its result, and for the same answer every time. */
  readonly id: string;
}

/** A short id for a step of the answer `answerId`: a call's is new, a result's that of the call it belongs to. */
export function identifyStep(state: StepIdState, step: ServerToolStep, answerId: string): IdentifiedStep {
  const key = step.id ?? step.tool;
  const known = step.call === undefined ? state.known[key] : undefined;
  if (known !== undefined) return { state, id: known };
  const id = fnv1a(`${answerId}/${state.count}`);
  return { state: { count: state.count + 1, known: { ...state.known, [key]: id } }, id };
}
