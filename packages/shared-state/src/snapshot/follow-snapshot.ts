import { setImmediate as nextTurn } from 'node:timers/promises';

import { readSnapshotCache, writeSnapshotCache } from './snapshot-cache.js';
import { parseSnapshotPart, type SnapshotPart, type SnapshotParts } from './snapshot-parts.js';
import type { SnapshotStore, Subscription } from './snapshot-store.js';

export interface FollowSnapshotOptions<Part extends SnapshotPart> {
  /** A gateway follows `routing`, a worker `credentials`. */
  readonly part: Part;
  readonly store?: SnapshotStore | undefined;
  /** The second way, for when the store fails or is empty. Its answer is checked; undefined is "nothing new". */
  readonly pull?: ((signal: AbortSignal) => Promise<unknown>) | undefined;
  /** Where the snapshot survives a restart with everything else down. */
  readonly cacheFile?: string | undefined;
  /** Hears of every new trouble, once until things work again. Following goes on. */
  onError(error: Error): void;
  /** How often to look without having been told, in milliseconds. Default 1000. */
  readonly pollMs?: number | undefined;
}

export interface SnapshotFollower<Part extends SnapshotPart> {
  /** The newest good snapshot; undefined until the first one. */
  current(): SnapshotParts[Part] | undefined;
  /** Calls the listener for each later snapshot, in order, until `close`. */
  onChange(listener: (snapshot: SnapshotParts[Part]) => void): void;
  close(): Promise<void>;
}

/**
 * Keeps a process on the newest snapshot, and on its last good one when store, admin or both are away.
 *
 * Resolves after the first look at the cache file and at the store (or `pull`), with or without a snapshot. Afterwards
 * it follows announcements, and polls in case one was missed. An invalid or older snapshot never replaces a good one.
 */
export async function followSnapshot<Part extends SnapshotPart>(
  options: FollowSnapshotOptions<Part>,
): Promise<SnapshotFollower<Part>> {
  const follower = new Follower(options);
  await follower.start();
  return follower;
}

class Follower<Part extends SnapshotPart> implements SnapshotFollower<Part> {
  readonly #options: FollowSnapshotOptions<Part>;
  readonly #listeners = new Set<(snapshot: SnapshotParts[Part]) => void>();
  readonly #closing = new AbortController();
  /** Troubles that were told, by the place they came from. */
  readonly #troubles = new Map<string, string>();
  #current: SnapshotParts[Part] | undefined;
  #subscription: Subscription | undefined;
  #poll: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #mustLookAgain = false;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: FollowSnapshotOptions<Part>) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { cacheFile, store, pollMs = 1000 } = this.#options;
    if (cacheFile !== undefined) {
      const cached = await this.#attempt('cache', async () => this.#parse(await readSnapshotCache(cacheFile)));
      this.#current = cached;
    }
    await this.#look();
    this.#subscription = store?.subscribe((version) => {
      if (this.#current === undefined || version > this.#current.version) void this.#look();
    });
    this.#poll = setInterval(() => void this.#look(), pollMs);
    this.#poll.unref();
  }

  current(): SnapshotParts[Part] | undefined {
    return this.#current;
  }

  onChange(listener: (snapshot: SnapshotParts[Part]) => void): void {
    this.#listeners.add(listener);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    clearInterval(this.#poll);
    this.#listeners.clear();
    await this.#subscription?.close();
    await this.#looking;
    await this.#writing;
  }

  /** One look at a time. Being told during a look means another one after it. */
  #look(): Promise<void> {
    if (this.#closing.signal.aborted) return Promise.resolve();
    this.#mustLookAgain = this.#looking !== undefined;
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = undefined;
      if (this.#mustLookAgain) void this.#look();
    });
    return this.#looking;
  }

  async #lookOnce(): Promise<void> {
    const { store, pull } = this.#options;
    const isInStore = store !== undefined && (await this.#attempt('store', () => this.#takeFrom(store))) === true;
    if (isInStore || pull === undefined) return;
    const pulled = await this.#attempt('pull', async () => this.#parse(await pull(this.#closing.signal)));
    if (pulled !== undefined) await this.#acceptInTurn(pulled);
  }

  /** Whether the store holds a snapshot, new to us or not. */
  async #takeFrom(store: SnapshotStore): Promise<boolean> {
    const version = await store.version();
    if (version === undefined) return false;
    if (this.#current !== undefined && version <= this.#current.version) return true;
    const loaded = await store.load(this.#options.part);
    if (loaded !== undefined) await this.#acceptInTurn(loaded);
    return loaded !== undefined;
  }

  /** Apart from what checking it took: whoever hears of a snapshot arranges it for its requests. */
  async #acceptInTurn(snapshot: SnapshotParts[Part]): Promise<void> {
    await nextTurn();
    this.#accept(snapshot);
  }

  #accept(snapshot: SnapshotParts[Part]): void {
    if (this.#closing.signal.aborted) return;
    if (this.#current !== undefined && snapshot.version <= this.#current.version) return;
    this.#current = snapshot;
    const { cacheFile } = this.#options;
    if (cacheFile !== undefined) {
      this.#writing = this.#writing
        .then(() => this.#attempt('cache', () => writeSnapshotCache(cacheFile, snapshot)))
        .then(() => undefined);
    }
    for (const listener of this.#listeners) void this.#attempt('listener', async () => listener(snapshot));
  }

  async #parse(value: unknown): Promise<SnapshotParts[Part] | undefined> {
    return value === undefined ? undefined : parseSnapshotPart(this.#options.part, value);
  }

  /** The outcome, or undefined and a word to `onError`: no trouble ends the following. */
  async #attempt<Result>(place: string, action: () => Promise<Result>): Promise<Result | undefined> {
    try {
      const result = await action();
      this.#troubles.delete(place);
      return result;
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const isNew = this.#troubles.get(place) !== reason;
      this.#troubles.set(place, reason);
      if (isNew && !this.#closing.signal.aborted) {
        this.#options.onError(new Error(`the ${this.#options.part} snapshot's ${place}: ${reason}`, { cause }));
      }
      return undefined;
    }
  }
}
