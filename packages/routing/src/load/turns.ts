// Far more names than a replica serves in rotation at once; those not used for longest give way.
const MOST_NAMES = 4_096;

interface Position {
  /** Requests that came before. */
  count: number;
  /** What smooth weighted round-robin owes to each candidate, by its identity. */
  readonly owed: Map<string, number>;
}

export interface WeightedTurn {
  readonly chosen: string | undefined;
  /** What is owed to the others, by whom. */
  readonly owed: ReadonlyMap<string, number>;
}

/** Whose turn it is under each name. */
export class Turns {
  private readonly positions = new Map<string, Position>();

  /** @param base What a preview reads where it has nothing of its own. */
  constructor(private readonly base?: Turns) {}

  /** How many requests for this name came before; counts this one. */
  next(name: string): number {
    const position = this.positionOf(name);
    position.count += 1;
    return position.count - 1;
  }

  /**
   * Whose turn it is by weight. Everybody is owed its weight, and
   * the one that is owed most pays for all. (Nginx's smooth weighted round-robin: 5:1:1 gives a a b a c a a)
   */
  nextByWeight(name: string, weights: ReadonlyMap<string, number>): WeightedTurn {
    const { owed } = this.positionOf(name);
    // Candidates that went away; those that are only cooling keep what is owed to them.
    if (owed.size > 2 * weights.size + 64) owed.clear();
    let total = 0;
    let most = Number.NEGATIVE_INFINITY;
    let chosen: string | undefined;
    for (const [scope, weight] of weights) {
      const due = (owed.get(scope) ?? 0) + weight;
      owed.set(scope, due);
      total += weight;
      if (due > most) {
        most = due;
        chosen = scope;
      }
    }
    if (chosen !== undefined) owed.set(chosen, most - total);
    return { chosen, owed };
  }

  /** Turns that begin where these stand and leave these alone. */
  preview(): Turns {
    return new Turns(this);
  }

  private positionOf(name: string): Position {
    const known = this.positions.get(name);
    const before = known === undefined ? this.base?.positions.get(name) : undefined;
    const position = known ?? { count: before?.count ?? 0, owed: new Map(before?.owed) };
    // Those not used for longest come first; far from the limit it does not matter which they are.
    if (known !== undefined && this.positions.size <= MOST_NAMES / 2) return known;
    this.positions.delete(name);
    this.positions.set(name, position);
    if (this.positions.size > MOST_NAMES) {
      const [oldest] = this.positions.keys();
      if (oldest !== undefined) this.positions.delete(oldest);
    }
    return position;
  }
}
