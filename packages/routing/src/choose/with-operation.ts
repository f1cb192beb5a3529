import type { Operation } from '@switchyard/canonical';

import type { Candidate } from '../resolve/candidate.js';
import type { Resolution } from '../resolve/resolve.js';

/** What was found for a resolution, by operation. A name resolves to the same object while its snapshot lasts. */
const found = new WeakMap<Resolution, Map<Operation, Resolution | undefined>>();

/**
 * The resolution without the candidates whose provider cannot be asked for this, and without targets that then have none.
 * Undefined when nothing is left: the name exists, but not for this operation.
 */
export function withOperation(resolution: Resolution, operation: Operation): Resolution | undefined {
  let known = found.get(resolution);
  if (known === undefined) found.set(resolution, (known = new Map()));
  if (!known.has(operation)) known.set(operation, ableOf(resolution, operation));
  return known.get(operation);
}

function ableOf(resolution: Resolution, operation: Operation): Resolution | undefined {
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
