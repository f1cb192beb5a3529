// Far more names than a replica serves in rotation at once; the oldest give way.
const MOST_TARGETS = 4_096;

/** Round-robin positions by target name. */
export class Cursors {
  private readonly positions = new Map<string, number>();

  /** The position for this request: one further than for the last. */
  next(target: string): number {
    const position = this.positions.get(target) ?? 0;
    this.positions.delete(target);
    this.positions.set(target, position + 1);
    if (this.positions.size > MOST_TARGETS) {
      const [oldest] = this.positions.keys();
      if (oldest !== undefined) this.positions.delete(oldest);
    }
    return position;
  }
}
