/** One that waits, and what it waits for. */
export interface Waiter {
  readonly tenantId: string;
  /** The counts it needs room in. */
  readonly counts: readonly string[];
  /** The count that was full when it last asked. */
  blockedBy: string;
  /** When to ask again, in milliseconds by the clock of whoever asks for turns. */
  askAgainAtMs: number;
}

/**
 * Who waits, and whose turn it is: one tenant after the other, and within a tenant first come, first served, among those who
 * need room in the same count. One that waits for something else is not held up.
 */
export class WaitingLine<W extends Waiter> {
  // In the order of turns: a tenant that had its turn goes to the end.
  readonly #byTenant = new Map<string, W[]>();
  readonly #capacity: number;
  #size = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#size;
  }

  /** The one behind whom a newcomer has to queue: the last who waits for something that the newcomer needs too. */
  lastAheadOf({ tenantId, counts }: Pick<Waiter, 'tenantId' | 'counts'>): W | undefined {
    return this.#byTenant.get(tenantId)?.findLast(({ blockedBy }) => counts.includes(blockedBy));
  }

  /**
   * Takes its place at the end of its tenant's line. Answers who has to go where there is no room: the last of the tenant that
   * has most waiting, which may be the newcomer itself.
   */
  join(waiter: W): W | undefined {
    const line = this.#byTenant.get(waiter.tenantId) ?? [];
    if (line.length === 0) this.#byTenant.set(waiter.tenantId, line);
    line.push(waiter);
    this.#size += 1;
    if (this.#size <= this.#capacity) return undefined;
    let longest = line;
    for (const other of this.#byTenant.values()) if (other.length > longest.length) longest = other;
    const last = longest.at(-1);
    if (last !== undefined) this.leave(last);
    return last;
  }

  leave(waiter: W): void {
    const line = this.#byTenant.get(waiter.tenantId) ?? [];
    const index = line.indexOf(waiter);
    if (index < 0) return;
    line.splice(index, 1);
    this.#size -= 1;
    if (line.length === 0) this.#byTenant.delete(waiter.tenantId);
  }

  /** Whose turn it is; `isAsking` are those whose answer is still to come, and who hold up their tenant until then. */
  next(nowMs: number, isAsking: ReadonlySet<string>): W | undefined {
    for (const [tenantId, line] of this.#byTenant) {
      if (isAsking.has(tenantId)) continue;
      const waiter = firstOfEachCount(line).find(({ askAgainAtMs }) => askAgainAtMs <= nowMs);
      if (waiter === undefined) continue;
      this.#byTenant.delete(tenantId);
      this.#byTenant.set(tenantId, line);
      return waiter;
    }
    return undefined;
  }

  /** When there will be a turn, of those who are not asking. `Infinity` where nobody waits. */
  nextAtMs(isAsking: ReadonlySet<string>): number {
    let atMs = Infinity;
    for (const [tenantId, line] of this.#byTenant) {
      if (isAsking.has(tenantId)) continue;
      for (const { askAgainAtMs } of firstOfEachCount(line)) atMs = Math.min(atMs, askAgainAtMs);
    }
    return atMs;
  }

  /** Something was given back: whoever of this tenant is first may ask now. */
  wake(tenantId: string, nowMs: number): void {
    for (const waiter of firstOfEachCount(this.#byTenant.get(tenantId) ?? [])) {
      waiter.askAgainAtMs = Math.min(waiter.askAgainAtMs, nowMs);
    }
  }
}

/** Those who have nobody before them who waits for a count that they need too. */
function firstOfEachCount<W extends Waiter>(line: readonly W[]): readonly W[] {
  const taken = new Set<string>();
  return line.filter(({ counts, blockedBy }) => {
    const isFirst = !counts.some((count) => taken.has(count));
    taken.add(blockedBy);
    return isFirst;
  });
}
