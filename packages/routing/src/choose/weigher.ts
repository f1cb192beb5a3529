import type { Candidate } from '../resolve/candidate.js';
import type { Target } from '../resolve/resolve.js';

/**
 * What share of the requests each candidate is to have, relative to the others. A target's weight is shared out among
 * those of its candidates that are there, by their own weights: that some are out of use leaves the targets' shares alone.
 */
export function weigher(
  targets: readonly Target[],
  candidates: readonly Candidate[],
): (candidate: Candidate) => number {
  if (targets.length < 2) return ownWeight;
  const present = new Set(candidates);
  const weights = new Map<Candidate, number>();
  for (const target of targets) {
    const inside = target.candidates.filter((candidate) => present.has(candidate));
    const total = inside.reduce((sum, candidate) => sum + ownWeight(candidate), 0);
    for (const candidate of inside) weights.set(candidate, ((target.weight ?? 1) * ownWeight(candidate)) / total);
  }
  return (candidate) => weights.get(candidate) ?? 1;
}

function ownWeight({ credential }: Candidate): number {
  return credential.weight ?? 1;
}
