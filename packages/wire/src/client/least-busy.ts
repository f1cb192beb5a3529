export interface Busy {
  readonly openStreams: number;
}

/** The candidate with the fewest open streams; among equals, the one that `random` (0 to below 1) points at or the next. */
export function leastBusy<T extends Busy>(candidates: readonly T[], random: number): T | undefined {
  const first = Math.floor(random * candidates.length);
  let best: T | undefined;
  for (let step = 0; step < candidates.length; step += 1) {
    const candidate = candidates[(first + step) % candidates.length];
    if (candidate !== undefined && (best === undefined || candidate.openStreams < best.openStreams)) best = candidate;
  }
  return best;
}
