import type { LoadBook } from '../load/load-book.js';
import type { Candidate } from '../resolve/candidate.js';
import { leading } from '../choose/leading.js';

export interface Homes {
  readonly loads: LoadBook;
  readonly nowMs: number;
  /** A candidate's share of all, relative to the others'. */
  weightOf(candidate: Candidate): number;
}

// A candidate is passed over once it had so much more than its share of the last minutes' requests, and then some: the
// allowance lets one session stay where it is while there is little else to do. In the long run nobody has over 1.3 shares.
const MOST_SHARES = 1.25;
const ALLOWANCE = 32;

/**
 * The candidates in the order in which they are a key's home: every replica finds the same without asking, a candidate
 * that goes away moves only its own keys, each to the next in its order, and takes them back when it returns.
 * (rendezvous hashing; with bounded loads, so that a key many requests share does not drown one candidate)
 */
export function homesFirst(candidates: readonly Candidate[], key: string, homes: Homes): readonly Candidate[] {
  if (candidates.length < 2) return candidates;
  const seed = hashOf(key, 0x811c9dc5);
  const ordered = leading(candidates, (candidate) => distance(seed, candidate, homes.weightOf(candidate)));
  return withinBounds(ordered, homes);
}

function withinBounds(ordered: readonly Candidate[], { loads, nowMs, weightOf }: Homes): readonly Candidate[] {
  let carried = 0;
  let weights = 0;
  for (const candidate of ordered) {
    carried += loads.recent(candidate.scope, nowMs);
    weights += weightOf(candidate);
  }
  const hasRoom = (candidate: Candidate): boolean => {
    const share = weightOf(candidate) / weights;
    return loads.recent(candidate.scope, nowMs) <= MOST_SHARES * share * carried + ALLOWANCE;
  };
  const first = ordered.findIndex(hasRoom);
  return first <= 0 ? ordered : [...ordered.slice(first), ...ordered.slice(0, first)];
}

/** Weighted rendezvous: the smallest wins, and does so in proportion to its weight. (Schindelhauer and Schomaker, 2005) */
function distance(seed: number, { credential }: Candidate, weight: number): number {
  const uniform = (mixed(hashOf(credential.id, seed)) + 0.5) / 2 ** 32;
  return -Math.log(uniform) / weight;
}

function hashOf(text: string, seed: number): number {
  let hash = seed;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash;
}

/** Spreads what FNV leaves in the low bits over all 32. (the finaliser of MurmurHash3) */
function mixed(hash: number): number {
  let value = hash;
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
