import { identityOf, type Candidate } from '../resolve/candidate.js';
import type { Resolution, Target } from '../resolve/resolve.js';
import type { Strategy } from '../snapshot/policies.js';
import type { RoutingSettings } from '../snapshot/snapshot.js';
import { orderTier, type Tier } from './order-tier.js';
import { outageOf, type Outage } from './outage.js';
import { roomOf } from './room.js';
import type { Estimate, RoutingState } from './routing-state.js';
import { isTransient, standingOf, takeProbes, type Standing } from './standing.js';

export interface ChooseOptions {
  readonly resolution: Resolution;
  readonly state: RoutingState;
  /** As `strategyOf` finds it. */
  readonly strategy: Strategy;
  /** Milliseconds since 1970, as in the health records. */
  readonly nowMs: number;
  /** In [0, 1). */
  random(): number;
  /** The client's session, where requests are to stay with a credential for it. */
  readonly affinityKey?: string | undefined;
  /** The stable beginning of the conversation, where they are to stay for the provider's prompt cache. */
  readonly promptKey?: string | undefined;
  readonly estimate?: Estimate | undefined;
  /** Identities that are not to be chosen, such as of what a request has tried already. */
  readonly exclude?: ReadonlySet<string> | undefined;
  /** Hears once of every candidate that is not excluded; for explanations. */
  readonly consider?: ((candidate: Candidate, verdict: Verdict) => void) | undefined;
}

/** What became of a candidate, and why. */
export interface Verdict {
  readonly kept: boolean;
  readonly reason:
    | 'well'
    /** It is to find out whether what was held against it is over. */
    | 'probe'
    /** Its window has passed, but it is another request that finds out. */
    | 'awaiting-probe'
    /** Everything is out of use, and this one for a transient error only. */
    | 'last-healthy'
    | 'tight-quota'
    | 'no-quota'
    | 'context-too-small'
    | 'out-of-use';
  readonly standing: Standing;
}

export interface Choice {
  /** In the order in which they are to be tried. */
  readonly candidates: readonly Candidate[];
  /** Where there is none because all are out of use. */
  readonly outage?: Outage | undefined;
}

/** How the candidates of a name are ordered. */
export function strategyOf(
  { alias }: Pick<Resolution, 'alias'>,
  settings: Pick<RoutingSettings, 'strategy'>,
): Strategy {
  return alias === undefined ? (settings.strategy ?? 'round-robin') : (alias.strategy ?? 'fallback');
}

/**
 * The candidates of a resolution in the order in which they are to be tried. What its window still holds is left out; of
 * the others those with room for the request come before those without, an alias's first targets before its later ones
 * where they are a chain, and a higher priority before a lower. Among equals the strategy decides, or affinity.
 * (docs/routing.md has the rules in words)
 */
export function choose(options: ChooseOptions): Choice {
  const { tiers, probes, out } = sortedAlike(options) ?? sorted(options);
  const ordered = inOrder(tiers, options);
  const distinct = options.resolution.targets.length > 1 ? withoutRepeats(ordered) : ordered;
  const candidates = probes.size === 0 ? distinct : withoutIdleProbes(distinct, { options, probes, out });
  if (candidates.length > 0 || out.size === 0) return { candidates, outage: undefined };
  const last = lastHealthy(out);
  if (last === undefined) return { candidates, outage: outageOf(out, options.nowMs) };
  options.consider?.(last.candidate, { kept: true, reason: 'last-healthy', standing: last.standing });
  return { candidates: [last.candidate], outage: undefined };
}

function inOrder(tiers: readonly RankedTier[], options: ChooseOptions): readonly Candidate[] {
  const key = options.affinityKey ?? options.promptKey;
  const [only] = tiers;
  if (only !== undefined && tiers.length === 1) return orderTier(only, options, key);
  return tiers.flatMap((tier, index) =>
    // Turns of the tiers behind the first are their own: counted together, each would see only every other turn.
    orderTier(index === 0 ? tier : { ...tier, name: `${tier.name}>${tier.size}:${tier.priority}` }, options, key),
  );
}

/** How well a request fits, best first. */
const FITS = ['well', 'tight-quota', 'no-quota', 'context-too-small'] as const;
const [WELL, TIGHT_QUOTA, NO_QUOTA, CONTEXT_TOO_SMALL] = [0, 1, 2, 3] as const;

interface RankedTier extends Tier {
  readonly candidates: Candidate[];
  readonly targets: readonly Target[];
  /** The place of its fit in `FITS`. */
  readonly size: number;
  /** The place of its target, where targets are tried in order. */
  readonly group: number;
  readonly priority: number;
}

interface Sorted {
  readonly tiers: RankedTier[];
  readonly probes: Map<Candidate, Standing>;
  readonly out: Map<Candidate, Standing>;
}

function byRank(a: RankedTier, b: RankedTier): number {
  return a.size - b.size || a.group - b.group || b.priority - a.priority;
}

/** The candidates of one target while all of them are alike but for their priority. */
interface AlikeTiers extends Sorted {
  /** Requests with no more input tokens fit all of them. */
  readonly leastContext: number;
}

const alike = new WeakMap<Target, AlikeTiers>();

/**
 * The tiers of a single target about whose candidates nobody knows anything: they are the same for every request, and hundreds
 * of candidates cost no more than one. Undefined where each candidate needs a look.
 */
function sortedAlike({ resolution, state, estimate, exclude, consider }: ChooseOptions): Sorted | undefined {
  const [only] = resolution.targets;
  if (state.isBlank !== true || only === undefined || resolution.targets.length > 1) return undefined;
  if (exclude !== undefined || consider !== undefined) return undefined;
  let tiers = alike.get(only);
  if (tiers === undefined) alike.set(only, (tiers = alikeTiers(only)));
  return (estimate?.inputTokens ?? 0) <= tiers.leastContext ? tiers : undefined;
}

function alikeTiers(target: Target): AlikeTiers {
  const found: Sorted = { tiers: [], probes: new Map(), out: new Map() };
  let leastContext = Number.POSITIVE_INFINITY;
  const group: Group = { name: target.name, targets: [target] };
  for (const candidate of target.candidates) {
    leastContext = Math.min(leastContext, candidate.contextLength ?? leastContext);
    tierFor(found.tiers, { group, place: 0, size: WELL, priority: candidate.credential.priority }).candidates.push(
      candidate,
    );
  }
  found.tiers.sort(byRank);
  return { ...found, leastContext };
}

/** The candidates by what decides before the strategy does. */
function sorted(options: ChooseOptions): Sorted {
  const found: Sorted = { tiers: [], probes: new Map(), out: new Map() };
  for (const [place, group] of groupsOf(options).entries()) {
    for (const target of group.targets) {
      for (const candidate of target.candidates) {
        const size = fitOf(candidate, options, found);
        if (size === undefined) continue;
        const { priority } = candidate.credential;
        tierFor(found.tiers, { group, place, size, priority }).candidates.push(candidate);
      }
    }
  }
  if (found.tiers.length > 1) found.tiers.sort(byRank);
  return found;
}

interface Rank extends Pick<RankedTier, 'size' | 'priority'> {
  readonly group: Group;
  /** The group's place. */
  readonly place: number;
}

/** The tier of a rank, which is nearly always the one that the candidate before was put into. */
function tierFor(tiers: RankedTier[], { group, place, size, priority }: Rank): RankedTier {
  for (let at = tiers.length - 1; at >= 0; at -= 1) {
    const tier = tiers[at];
    if (tier !== undefined && tier.size === size && tier.group === place && tier.priority === priority) return tier;
  }
  const tier = { name: group.name, targets: group.targets, candidates: [], size, group: place, priority };
  tiers.push(tier);
  return tier;
}

/** How well a candidate fits, as its place in `FITS`; undefined for one that is not to be used. */
function fitOf(candidate: Candidate, options: ChooseOptions, found: Sorted): number | undefined {
  const { state, nowMs, exclude, consider } = options;
  if (exclude !== undefined && exclude.has(identityOf(candidate))) return undefined;
  const standing = standingOf(candidate, state, nowMs);
  if (standing.type === 'out') {
    found.out.set(candidate, standing);
    consider?.(candidate, { kept: false, reason: 'out-of-use', standing });
    return undefined;
  }
  if (standing.type === 'probe') found.probes.set(candidate, standing);
  const size = sizeOf(candidate, options);
  if (consider !== undefined) {
    const reason = standing.type === 'probe' ? 'probe' : (FITS[size] ?? 'well');
    consider(candidate, { kept: true, reason, standing });
  }
  return size;
}

function sizeOf(candidate: Candidate, { estimate, state, nowMs }: ChooseOptions): number {
  if (!holds(candidate, estimate)) return CONTEXT_TOO_SMALL;
  switch (roomOf(candidate, state, { estimate, nowMs })) {
    case 'ample':
      return WELL;
    case 'tight':
      return TIGHT_QUOTA;
    case 'none':
      return NO_QUOTA;
  }
}

/** Whether a request of this size can fit a candidate's context; an answer may always be shorter than its ceiling. */
function holds({ contextLength }: Candidate, estimate: Estimate | undefined): boolean {
  return contextLength === undefined || estimate === undefined || estimate.inputTokens <= contextLength;
}

interface Group {
  readonly name: string;
  readonly targets: readonly Target[];
}

/**
 * The targets between which the strategy decides. A chain has one in each group, and so has a plain name with a default
 * prefix; those of any other alias are one group, with the stand-ins behind.
 */
function groupsOf({ resolution: { model, alias, targets }, strategy }: ChooseOptions): readonly Group[] {
  const [only] = targets;
  if (only !== undefined && targets.length === 1) return [{ name: only.name, targets }];
  if (alias === undefined || strategy === 'fallback') return targets.map((one) => ({ name: one.name, targets: [one] }));
  const own = targets.filter(({ isStandIn }) => isStandIn !== true);
  const standIns = targets.filter(({ isStandIn }) => isStandIn === true);
  return [
    { name: model, targets: own },
    { name: `${model}>`, targets: standIns },
  ].filter((group) => group.targets.length > 0);
}

/** A candidate that two targets share is tried once, where it comes first. */
function withoutRepeats(candidates: readonly Candidate[]): readonly Candidate[] {
  const seen = new Set<string>();
  return candidates.filter((candidate) => {
    const before = seen.size;
    return seen.add(identityOf(candidate)).size > before;
  });
}

/** Leaves out those that would have to be probed, but for the first if it is granted: a right to probe is not to lie idle. */
function withoutIdleProbes(
  ordered: readonly Candidate[],
  { options, probes, out }: Pick<Sorted, 'probes' | 'out'> & { readonly options: ChooseOptions },
): readonly Candidate[] {
  let hasFirst = false;
  return ordered.filter((candidate) => {
    const standing = probes.get(candidate);
    if (standing === undefined || (!hasFirst && takeProbes(standing, options.state))) {
      hasFirst = true;
      return true;
    }
    out.set(candidate, standing);
    options.consider?.(candidate, { kept: false, reason: 'awaiting-probe', standing });
    return false;
  });
}

/** The one that was well for longest, of those that only a transient error put out of use. (docs/routing.md, "Health") */
function lastHealthy(out: Sorted['out']): { readonly candidate: Candidate; readonly standing: Standing } | undefined {
  const [last] = [...out]
    .filter(([, standing]) => isTransient(standing))
    .map(([candidate, standing]) => ({
      candidate,
      standing,
      sinceMs: Math.min(...standing.records.map((record) => record.sinceMs)),
    }))
    .toSorted((a, b) => b.sinceMs - a.sinceMs);
  return last;
}
