import type { HealthRecord } from '@switchyard/routing';

interface ProbeState {
  /** The end of the window that the probe is for. */
  readonly untilMs: number;
  /** When to ask for the right; undefined: not before somebody wants it. */
  askAtMs: number | undefined;
  /** Until when another one has it, or may have it. */
  readonly takenUntilMs: number;
  /** Until when the right that was won may be used. */
  readonly heldUntilMs: number;
}

/**
 * This replica's part in the single-flight probes: which rights it has won and not used, and when to ask for which. Asks
 * by itself when a window passes, and later only for what is wanted, so that an idle system is silent.
 */
export class ProbeRights {
  readonly #states = new Map<string, ProbeState>();

  /** Follows a record, or its end. Returns when to ask for the scope's right, if that is to be done. */
  follow(scope: string, record: HealthRecord | undefined): number | undefined {
    if (record === undefined) {
      this.#states.delete(scope);
      return undefined;
    }
    const { untilMs } = record;
    const present = this.#states.get(scope);
    if (present?.untilMs === untilMs) return present.askAtMs;
    this.#states.set(scope, { untilMs, askAtMs: untilMs, takenUntilMs: untilMs, heldUntilMs: 0 });
    return untilMs;
  }

  /** Uses a right that this replica holds. */
  take(scope: string, { nowMs, probeMs }: { readonly nowMs: number; readonly probeMs: number }): boolean {
    const state = this.#states.get(scope);
    if (state === undefined || nowMs >= state.heldUntilMs) return false;
    this.#states.set(scope, { ...state, heldUntilMs: 0, takenUntilMs: nowMs + probeMs });
    return true;
  }

  /** Uses a right that nobody has, as far as this replica knows; for one that has nobody to ask. */
  takeAlone(scope: string, { nowMs, probeMs }: { readonly nowMs: number; readonly probeMs: number }): boolean {
    const state = this.#states.get(scope);
    if (state === undefined || nowMs < state.takenUntilMs) return false;
    this.#states.set(scope, { ...state, takenUntilMs: nowMs + probeMs });
    return true;
  }

  /** Somebody would have used a right. Returns when to ask for it. */
  want(scope: string, nowMs: number): number | undefined {
    const state = this.#states.get(scope);
    if (state === undefined) return undefined;
    state.askAtMs ??= Math.max(nowMs, state.takenUntilMs);
    return state.askAtMs;
  }

  /** The scopes to ask for now, at most `limit`, and when the next ones are due. */
  due(nowMs: number, limit: number): { readonly scopes: readonly string[]; readonly nextMs: number | undefined } {
    const scopes: string[] = [];
    let nextMs: number | undefined;
    for (const [scope, state] of this.#states) {
      if (state.askAtMs === undefined) continue;
      if (state.askAtMs > nowMs || scopes.length >= limit) {
        nextMs = Math.min(nextMs ?? state.askAtMs, state.askAtMs);
        continue;
      }
      state.askAtMs = undefined;
      scopes.push(scope);
    }
    return { scopes, nextMs };
  }

  won(
    scope: string,
    { heldUntilMs, takenUntilMs }: { readonly heldUntilMs: number; readonly takenUntilMs: number },
  ): void {
    const state = this.#states.get(scope);
    if (state !== undefined) this.#states.set(scope, { ...state, heldUntilMs, takenUntilMs });
  }

  /** It is to be asked for later, wanted or not. */
  retry(scope: string, askAtMs: number): number | undefined {
    const state = this.#states.get(scope);
    if (state !== undefined) state.askAtMs = askAtMs;
    return state?.askAtMs;
  }

  lost(scope: string, takenUntilMs: number): void {
    const state = this.#states.get(scope);
    if (state !== undefined) this.#states.set(scope, { ...state, takenUntilMs });
  }
}
