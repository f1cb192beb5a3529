import type { Candidate, Resolution, Target } from '../resolve/resolve.js';

/**
 * The candidates of a resolution in the order they are to be tried: targets in theirs, higher priority first, and
 * within a tier round-robin by the target's cursor, which counts the requests that came before. A candidate that two
 * targets share is tried once.
 */
export function choose(resolution: Resolution, cursorOf: (target: string) => number): readonly Candidate[] {
  const seen = new Set<string>();
  return resolution.targets
    .flatMap((target) => rotate(target, cursorOf(target.name)))
    .filter(({ credential, model, thinking }) => {
      const identity = JSON.stringify([credential.id, model, thinking]);
      if (seen.has(identity)) return false;
      seen.add(identity);
      return true;
    });
}

function rotate(target: Target, cursor: number): readonly Candidate[] {
  const tiers = Map.groupBy(target.candidates, (candidate) => candidate.credential.priority);
  return [...tiers.entries()]
    .toSorted(([a], [b]) => b - a)
    .flatMap(([, tier]) => {
      const start = cursor % tier.length;
      return [...tier.slice(start), ...tier.slice(0, start)];
    });
}
