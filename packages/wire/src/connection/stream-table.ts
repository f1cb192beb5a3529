/** A power of two. It doubles when the table is half full, and is kept. */
const FIRST_PLACES = 64;

/** Where no stream is: ids begin with 1. */
const NONE = 0;

/**
 * The streams of a connection by their ids, which rise: so most stand at the place that their id's last bits say, and the others
 * at the next free one.
 *
 * A Map would do but for the collector. A Map in which entries come and go makes itself a new table every few dozen of them, and the old
 * table points at the new one (V8, OrderedHashTable). When one of them has grown old before it died, the young generation's collector
 * takes all its successors for alive, and with them every request that was in one: it then copied an eighth of all that was allocated.
 */
export class StreamTable<Stream> {
  #ids: number[] = places(FIRST_PLACES, NONE);
  #streams: (Stream | undefined)[] = places(FIRST_PLACES, undefined);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(id: number): Stream | undefined {
    return this.#streams[this.#find(id)];
  }

  /** For an id that is not there yet. */
  add(id: number, stream: Stream): void {
    this.#size += 1;
    if (this.#size * 2 > this.#ids.length) this.#grow();
    this.#put(id, stream);
  }

  delete(id: number): void {
    const ids = this.#ids;
    let gap = this.#find(id);
    if (ids[gap] === NONE) return;
    this.#size -= 1;
    this.#clear(gap);
    // Whoever stands further on because its own place was taken is looked for from there without a gap.
    const mask = ids.length - 1;
    for (let at = (gap + 1) & mask; ; at = (at + 1) & mask) {
      const other = ids[at] ?? NONE;
      if (other === NONE) return;
      const isBehindGap = ((at - other) & mask) >= ((at - gap) & mask);
      if (!isBehindGap) continue;
      ids[gap] = other;
      this.#streams[gap] = this.#streams[at];
      this.#clear(at);
      gap = at;
    }
  }

  /** Those that are there now, in the order in which they came. What happens to one may remove any of them. */
  entries(): readonly (readonly [id: number, stream: Stream])[] {
    const entries: (readonly [number, Stream])[] = [];
    this.#streams.forEach((stream, place) => {
      if (stream !== undefined) entries.push([this.#ids[place] ?? NONE, stream]);
    });
    return entries.toSorted(([one], [other]) => one - other);
  }

  /** Where the stream stands, or a free place where it does not. */
  #find(id: number): number {
    const ids = this.#ids;
    const mask = ids.length - 1;
    let at = id & mask;
    while (ids[at] !== id && ids[at] !== NONE) at = (at + 1) & mask;
    return at;
  }

  #put(id: number, stream: Stream | undefined): void {
    const place = this.#find(id);
    this.#ids[place] = id;
    this.#streams[place] = stream;
  }

  #clear(place: number): void {
    this.#ids[place] = NONE;
    this.#streams[place] = undefined;
  }

  #grow(): void {
    const ids = this.#ids;
    const streams = this.#streams;
    this.#ids = places(ids.length * 2, NONE);
    this.#streams = places(ids.length * 2, undefined);
    ids.forEach((id, place) => {
      if (id !== NONE) this.#put(id, streams[place]);
    });
  }
}

function places<Content>(count: number, content: Content): Content[] {
  return Array.from({ length: count }, () => content);
}
