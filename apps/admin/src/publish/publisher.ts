import { isDeepStrictEqual } from 'node:util';

import { currentVersion, loadState, raiseVersion, type Database } from '@switchyard/database';
import type { Snapshot } from '@switchyard/routing';
import type { SnapshotStore } from '@switchyard/shared-state';
import type { Logger } from '@switchyard/telemetry';

import { compileSnapshot } from '../compile/compile-snapshot.js';

export interface PublisherOptions {
  readonly database: Database;
  readonly store: SnapshotStore;
  readonly logger: Logger;
  /** How often to see that the store still has what the database says, in milliseconds. Default 1000. */
  readonly checkMs?: number | undefined;
}

/**
 * Compiles what the database holds and puts it where the data plane finds it.
 *
 * Postgres is the truth. The store is filled again when it lost the snapshot, when another admin changed the database
 * and died before publishing, and when it was away. While it is away, admin serves the snapshot itself.
 */
export class Publisher {
  readonly #options: PublisherOptions;
  #compiled: Snapshot | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #trouble: string | undefined;

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  /** The newest snapshot, published or not. */
  current(): Snapshot | undefined {
    return this.#compiled;
  }

  /** Publishes, and from then on keeps the store in step. */
  async start(): Promise<void> {
    await this.publish();
    this.#timer = setInterval(() => void this.#inTurn(() => this.#check()), this.#options.checkMs ?? 1000);
    this.#timer.unref();
  }

  /**
   * Before the first publish: a new release may compile the same state to another snapshot, which followers take only as
   * a new version.
   */
  async renewAfterUpgrade(): Promise<void> {
    const { database, store } = this.#options;
    const version = await currentVersion(database);
    if (version === 0) return;
    const isStale = await this.#attempt('comparing with the published snapshot', async () => {
      if ((await store.version()) !== version) return false;
      const [routing, credentials] = await Promise.all([
        loadIfValid(store, 'routing'),
        loadIfValid(store, 'credentials'),
      ]);
      return !isDeepStrictEqual(asJson({ routing, credentials }), asJson(compileSnapshot(await loadState(database))));
    });
    if (isStale === true) await raiseVersion(database, version);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#last;
  }

  /**
   * Compiles and publishes what the database holds now, and returns its version. A store that is away is only logged:
   * it is filled when it is back.
   *
   * @throws when the database is away, or holds what cannot be compiled.
   */
  publish(): Promise<number> {
    return this.#inTurn(() => this.#publish());
  }

  async #publish(): Promise<number> {
    const { database, store } = this.#options;
    for (;;) {
      const snapshot = compileSnapshot(await loadState(database));
      this.#compiled = snapshot;
      const { version } = snapshot.routing;
      const stored = await this.#attempt('publishing the snapshot', async () =>
        (await store.publish(snapshot)) === 'outdated' ? store.version() : version,
      );
      if (stored === undefined || stored <= version) return version;
      await this.#catchUp(stored);
    }
  }

  /** The store is ahead: another admin was faster, or the database is older than what it once published. */
  async #catchUp(storedVersion: number): Promise<void> {
    const { database, logger } = this.#options;
    const version = await currentVersion(database);
    if (version >= storedVersion) return;
    const raised = await raiseVersion(database, storedVersion);
    logger.warn(
      { storedVersion, version: raised },
      'the store is ahead of the database: the version was raised above it',
    );
  }

  async #check(): Promise<void> {
    const { database, store } = this.#options;
    await this.#attempt('keeping the store in step', async () => {
      const [stored, version] = await Promise.all([store.version(), currentVersion(database)]);
      if (stored !== version || this.#compiled?.routing.version !== version) await this.#publish();
    });
  }

  /** One at a time, so that the newest state is published last. */
  #inTurn<Result>(action: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(action);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Logs a failure once, however often it is met again. */
  async #attempt<Result>(what: string, action: () => Promise<Result>): Promise<Result | undefined> {
    try {
      const result = await action();
      this.#trouble = undefined;
      return result;
    } catch (error) {
      const trouble = `${what}: ${error instanceof Error ? error.message : String(error)}`;
      if (this.#trouble !== trouble) this.#options.logger.warn({ err: error }, `${what} failed; trying on`);
      this.#trouble = trouble;
      return undefined;
    }
  }
}

/** What an earlier release published may be no snapshot any more. */
async function loadIfValid(store: SnapshotStore, part: 'routing' | 'credentials'): Promise<unknown> {
  return store.load(part).catch(() => undefined);
}

function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
