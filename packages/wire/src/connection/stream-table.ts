/**
 * The streams of a connection by their ids.
 *
 * A Map of the streams themselves would do but for the collector. A Map in which entries come and go makes itself a new table
 * every few dozen of them, and the old table points at the new one (V8, OrderedHashTable). When one of them has grown old
 * before it died, the young generation's collector takes all its successors for alive, and with them every request that was
 * in one: it then copied an eighth of all that was allocated. Tables of numbers keep nobody alive.
 */
export class StreamTable<Stream> {
  readonly #places = new Map<number, number>();
  readonly #streams: (Stream | undefined)[] = [];
  readonly #free: number[] = [];

  get size(): number {
    return this.#places.size;
  }

  get(id: number): Stream | undefined {
    const place = this.#places.get(id);
    return place === undefined ? undefined : this.#streams[place];
  }

  /** For an id that is not there yet. */
  add(id: number, stream: Stream): void {
    const place = this.#free.pop() ?? this.#streams.length;
    this.#places.set(id, place);
    this.#streams[place] = stream;
  }

  delete(id: number): void {
    const place = this.#places.get(id);
    if (place === undefined) return;
    this.#places.delete(id);
    this.#streams[place] = undefined;
    this.#free.push(place);
  }

  /** Those that are there now, in the order in which they came. What happens to one may remove any of them. */
  entries(): readonly (readonly [id: number, stream: Stream])[] {
    const entries: (readonly [number, Stream])[] = [];
    for (const [id, place] of this.#places) {
      const stream = this.#streams[place];
      if (stream !== undefined) entries.push([id, stream]);
    }
    return entries;
  }
}
