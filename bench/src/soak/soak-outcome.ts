import type { SoakPlan } from './soak-plan.js';

/** What a client saw of its answer. */
export interface Seen {
  readonly streams: boolean;
  readonly wasAborted: boolean;
  readonly status: number;
  /** The last of the answer. */
  readonly tail: string;
  /** How the connection failed. */
  readonly failure?: string | undefined;
}

export type SoakOutcome =
  /** A whole and good answer; also where the upstream failed and another attempt made up for it. */
  | { readonly type: 'good' }
  /** The client went before the end. */
  | { readonly type: 'aborted' }
  /** The upstream was to fail, and the client was properly told. */
  | { readonly type: 'told' }
  | { readonly type: 'unexpected'; readonly problem: string };

/** The last bytes of a good stream, in the dialects that are asked. */
const PROOFS = ['[DONE]', 'message_stop'];

/** Judges an answer by what was planned for it. A stream that just ends is wrong whatever was planned. */
export function outcomeOf({ fault }: SoakPlan, seen: Seen): SoakOutcome {
  const { streams, status, tail, failure } = seen;
  if (seen.wasAborted) return { type: 'aborted' };
  if (failure !== undefined) return { type: 'unexpected', problem: `${about(fault)}: ${failure}` };
  const isError = status !== 200 || (streams && tail.includes('"error"'));
  if (isError && fault !== undefined) return { type: 'told' };
  if (isError) return { type: 'unexpected', problem: `${about(fault)}: status ${status}: ${tail.slice(-300)}` };
  const isWhole = streams ? PROOFS.some((proof) => tail.includes(proof)) : tail.endsWith('}');
  if (isWhole) return { type: 'good' };
  return { type: 'unexpected', problem: `${about(fault)}: an answer that ended with ${tail.slice(-300)}` };
}

function about(fault: SoakPlan['fault']): string {
  return fault === undefined ? 'no fault' : `fault ${fault}`;
}

/** What became of all requests so far. */
export class SoakTally {
  readonly #counts = { sent: 0, good: 0, aborted: 0, told: 0, unexpected: 0, faults: 0, madeUpFor: 0 };
  readonly #problems: string[] = [];

  add({ fault }: SoakPlan, outcome: SoakOutcome): void {
    this.#counts.sent += 1;
    this.#counts[outcome.type] += 1;
    if (fault !== undefined) this.#counts.faults += 1;
    if (fault !== undefined && outcome.type === 'good') this.#counts.madeUpFor += 1;
    // Enough to see what it is, of any number.
    if (outcome.type === 'unexpected' && this.#problems.length < 20) this.#problems.push(outcome.problem);
  }

  get counts(): Readonly<Record<'sent' | 'faults' | 'madeUpFor' | SoakOutcome['type'], number>> {
    return { ...this.#counts };
  }

  get problems(): readonly string[] {
    return this.#problems;
  }
}
