// Far more aliases than are hedged in one installation; the oldest give way.
const MOST_NAMES = 1_024;
// After a quiet hour no burst of extra calls is saved up.
const MOST_SAVED = 5;

/** How many extra calls hedging may make: a share of all calls, saved up call by call. */
export class HedgeBudget {
  private readonly saved = new Map<string, number>();

  /** Counts a call of an alias, which earns its share of an extra one. */
  earn(name: string, share: number): void {
    this.saved.set(name, Math.min(MOST_SAVED, (this.saved.get(name) ?? 0) + share));
    if (this.saved.size <= MOST_NAMES) return;
    const [oldest] = this.saved.keys();
    if (oldest !== undefined) this.saved.delete(oldest);
  }

  /** Whether an extra call is earned; it is spent then. */
  spend(name: string): boolean {
    const saved = this.saved.get(name) ?? 0;
    if (saved < 1) return false;
    this.saved.set(name, saved - 1);
    return true;
  }
}
