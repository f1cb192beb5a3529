import type { Operation } from '@switchyard/canonical';

import type { Candidate } from '../resolve/candidate.js';
import type { Resolution } from '../resolve/resolve.js';

/**
 * The resolution without the candidates whose provider cannot be asked for this, and without targets that then have none.
 * Undefined when nothing is left: the name exists, but not for this operation.
 */
export function withOperation(resolution: Resolution, operation: Operation): Resolution | undefined {
  const isWhole = resolution.targets.every(({ candidates }) => candidates.every((one) => serves(one, operation)));
  if (isWhole) return resolution;
  const targets = resolution.targets
    .map((target) => ({ ...target, candidates: target.candidates.filter((candidate) => serves(candidate, operation)) }))
    .filter((target) => target.candidates.length > 0);
  return targets.length === 0 ? undefined : { ...resolution, targets };
}

/** Whether a candidate's provider can be asked for this. */
export function serves({ credential }: Pick<Candidate, 'credential'>, operation: Operation): boolean {
  return credential.operations?.includes(operation) ?? true;
}
