import type { Headroom, Quota } from '@switchyard/canonical';

import type { Sent } from '../load/recent-sends.js';
import type { Candidate } from '../resolve/candidate.js';
import type { Estimate, RoutingState } from './routing-state.js';

/** Whether a provider's quota has room for a request: amply, barely, or not. */
export type Room = 'ample' | 'tight' | 'none';

export interface RoomNeeds {
  readonly estimate: Estimate | undefined;
  readonly nowMs: number;
}

// Kept back, as a share of a quota: what others send meanwhile, and what an estimate got wrong.
const RESERVE = 0.05;
// An answer's headers tell what was left when its request came in: what was sent since then counts, but no more than this.
const MOST_LAG_MS = 1_000;
// Without a reset time an observation is believed for one window of the shortest quotas providers have.
const BELIEVED_MS = 60_000;

/** The room at the provider that is left for one more request, as far as this replica can know. */
export function roomOf(
  { credential, scope }: Pick<Candidate, 'credential' | 'scope'>,
  state: Pick<RoutingState, 'headroom' | 'loads' | 'replicas'>,
  { estimate, nowMs }: RoomNeeds,
): Room {
  const counted = credential.quotaScope === 'account' ? credential.id : scope;
  const headroom = state.headroom(counted);
  if (headroom === undefined) return 'ample';
  const lagMs = Math.min(MOST_LAG_MS, state.loads.load(counted, nowMs).firstContentEwmaMs ?? 0);
  const sent = (sinceMs: number): Sent => state.loads.sentSince(counted, sinceMs - lagMs);
  const view = { headroom, sent, replicas: state.replicas, nowMs };
  const { inputTokens, outputTokens } = estimate ?? { inputTokens: 1, outputTokens: 0 };
  return leastOf([
    quotaRoom(headroom.requests, { ...view, of: 'requests', need: 1 }),
    quotaRoom(headroom.tokens, { ...view, of: 'tokens', need: inputTokens + outputTokens }),
    quotaRoom(headroom.inputTokens, { ...view, of: 'inputTokens', need: inputTokens }),
    quotaRoom(headroom.outputTokens, { ...view, of: 'outputTokens', need: outputTokens }),
  ]);
}

interface QuotaNeed {
  readonly headroom: Headroom;
  readonly of: keyof Sent;
  readonly need: number;
  sent(sinceMs: number): Sent;
  readonly replicas: number;
  readonly nowMs: number;
}

function quotaRoom(quota: Quota | undefined, ask: QuotaNeed): Room {
  if (quota === undefined) return 'ample';
  const { headroom, of, need, replicas, nowMs } = ask;
  const { limit, resetAtMs } = quota;
  const isReset = (resetAtMs ?? headroom.observedAtMs + BELIEVED_MS) <= nowMs;
  if (isReset && (limit === undefined || resetAtMs === undefined)) return 'ample';
  const countedFromMs = isReset ? (resetAtMs ?? nowMs) : headroom.observedAtMs;
  // The other replicas are taken to send as much as this one: what they sent is not known until it is answered.
  const left = levelOf(quota, ask) - replicas * ask.sent(countedFromMs)[of];
  if (left < need) return 'none';
  const reserve = limit === undefined ? replicas * need : Math.min(replicas * need + RESERVE * limit, limit / 2);
  return left < reserve ? 'tight' : 'ample';
}

/** What is left of a quota that fills evenly until its reset, had nothing been sent since it was observed. */
function levelOf({ remaining, limit, resetAtMs }: Quota, { headroom, nowMs }: QuotaNeed): number {
  if (limit === undefined || limit <= remaining || resetAtMs === undefined) return remaining;
  const spanMs = resetAtMs - headroom.observedAtMs;
  const share = spanMs <= 0 ? 1 : Math.min(1, Math.max(0, nowMs - headroom.observedAtMs) / spanMs);
  return remaining + (limit - remaining) * share;
}

function leastOf(rooms: readonly Room[]): Room {
  if (rooms.includes('none')) return 'none';
  return rooms.includes('tight') ? 'tight' : 'ample';
}
