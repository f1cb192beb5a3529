import { homesFirst } from '../affinity/rendezvous.js';
import { identityOf, type Candidate } from '../resolve/candidate.js';
import type { Target } from '../resolve/resolve.js';
import type { Strategy } from '../snapshot/policies.js';
import { leading } from './leading.js';
import type { Estimate, RoutingState } from './routing-state.js';
import { weigher } from './weigher.js';

/** Candidates between which nothing but the strategy decides. */
export interface Tier {
  /** Turns are counted by it. */
  readonly name: string;
  readonly candidates: readonly Candidate[];
  /** What they are the candidates of. */
  readonly targets: readonly Target[];
}

export interface TierRules {
  readonly strategy: Strategy;
  readonly state: RoutingState;
  readonly nowMs: number;
  random(): number;
  readonly estimate?: Estimate | undefined;
}

// Prices are compared for a typical request where the size of this one is not known.
const TYPICAL: Estimate = { inputTokens: 3_000, outputTokens: 1_000 };
// A candidate whose first answer is awaited, and nothing known of it: worse than any that has answered.
const UNKNOWN_MS = 1_000_000;

/** The candidates of one tier in the order in which they are to be tried. `key`: what is to stay with one of them. */
export function orderTier(tier: Tier, rules: TierRules, key: string | undefined): readonly Candidate[] {
  const { candidates } = tier;
  if (candidates.length < 2 || rules.strategy === 'fill-first') return candidates;
  if (rules.strategy === 'cheapest') return cheapestFirst(tier, rules, key);
  if (key !== undefined) return homesFirst(candidates, key, homesOf(tier, rules));
  switch (rules.strategy) {
    case 'weighted':
      return byWeight(tier, rules);
    case 'least-latency':
      return betterOfTwo(candidates, rules);
    case 'least-busy':
      return leading(inTurn(tier, rules), ({ scope }) => rules.state.loads.inFlight(scope));
    default:
      return inTurn(tier, rules);
  }
}

function homesOf(tier: Tier, { strategy, state: { loads }, nowMs }: TierRules): Parameters<typeof homesFirst>[2] {
  return { loads, nowMs, weightOf: strategy === 'weighted' ? weigher(tier.targets, tier.candidates) : () => 1 };
}

function inTurn({ name, candidates }: Pick<Tier, 'name' | 'candidates'>, { state }: TierRules): readonly Candidate[] {
  return rotated(candidates, state.turns.next(name) % candidates.length);
}

function rotated(candidates: readonly Candidate[], start: number): readonly Candidate[] {
  return start === 0 ? candidates : [...candidates.slice(start), ...candidates.slice(0, start)];
}

function byWeight({ name, candidates, targets }: Tier, { state }: TierRules): readonly Candidate[] {
  const weightOf = weigher(targets, candidates);
  const weights = new Map(candidates.map((candidate) => [identityOf(candidate), weightOf(candidate)]));
  const { chosen, owed } = state.turns.nextByWeight(name, weights);
  return leading(candidates, (candidate) => {
    const identity = identityOf(candidate);
    return identity === chosen ? Number.NEGATIVE_INFINITY : -(owed.get(identity) ?? 0);
  });
}

/**
 * Two at random, and the better of them: nearly as good as the best of all, and not everybody's choice at once. What an
 * attempt costs is its time to first content times those that wait already. (power of two choices, peak EWMA)
 */
function betterOfTwo(candidates: readonly Candidate[], rules: TierRules): readonly Candidate[] {
  const one = Math.floor(rules.random() * candidates.length);
  const other = (one + 1 + Math.floor(rules.random() * (candidates.length - 1))) % candidates.length;
  const [a, b] = [candidates[one], candidates[other]];
  if (a === undefined || b === undefined) return candidates;
  const pair = costOf(b, rules) < costOf(a, rules) ? [b, a] : [a, b];
  return [...pair, ...rotated(candidates, one).filter((candidate) => candidate !== a && candidate !== b)];
}

function costOf({ scope }: Candidate, { state, nowMs }: TierRules): number {
  const { inFlight, firstContentEwmaMs } = state.loads.load(scope, nowMs);
  // One that nobody has tried is tried, once, before it is compared.
  if (firstContentEwmaMs === undefined) return inFlight * UNKNOWN_MS;
  return firstContentEwmaMs * (inFlight + 1);
}

/** By price; those that cost the same take turns, or are homes. What nobody knows the price of comes last. */
function cheapestFirst(tier: Tier, rules: TierRules, key: string | undefined): readonly Candidate[] {
  const costs = new Map(tier.candidates.map((candidate) => [candidate, requestCost(candidate, rules)]));
  const least = Math.min(...costs.values());
  const cheapest = tier.candidates.filter((candidate) => costs.get(candidate) === least);
  const dearer = tier.candidates.filter((candidate) => costs.get(candidate) !== least);
  const first =
    key === undefined
      ? inTurn({ name: tier.name, candidates: cheapest }, rules)
      : homesFirst(cheapest, key, homesOf(tier, rules));
  return [...first, ...leading(dearer, (candidate) => costs.get(candidate) ?? Number.POSITIVE_INFINITY)];
}

function requestCost(candidate: Candidate, { state, estimate = TYPICAL }: TierRules): number {
  const price = state.prices.priceOf(candidate);
  if (price === undefined) return Number.POSITIVE_INFINITY;
  return price.input * estimate.inputTokens + price.output * estimate.outputTokens;
}
