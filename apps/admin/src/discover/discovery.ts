import type { GatewayError } from '@switchyard/canonical';
import { loadState, saveDiscoveredModels, type Database } from '@switchyard/database';
import type { Snapshot, WorkerCredential } from '@switchyard/routing';
import type { Logger } from '@switchyard/telemetry';

import { compileSnapshot } from '../compile/compile-snapshot.js';
import { probeCredential } from '../credentials/probe-credential.js';
import type { Publisher } from '../publish/publisher.js';
import { hostOf, isLocal, listModels, type ListModelsTools } from './list-models.js';

export interface DiscoveryOptions extends ListModelsTools {
  readonly database: Database;
  readonly publisher: Publisher;
  readonly logger: Logger;
  /** After a list was had, in milliseconds. Default 10 minutes. */
  readonly refreshMs?: number | undefined;
  /** After a list was not had. Default 1 minute. */
  readonly retryMs?: number | undefined;
}

const PARALLEL = 8;
const TICK_MS = 1000;

/**
 * Asks the upstreams of credentials without `models` what they serve: when a configuration is applied, and again every
 * ten minutes. While an upstream does not answer, its earlier list stays.
 */
export class Discovery {
  readonly #options: DiscoveryOptions;
  readonly #dueAtMs = new Map<string, number>();
  readonly #failures = new Map<string, string>();
  readonly #closing = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(options: DiscoveryOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => this.lookSoon(), TICK_MS);
    this.#timer.unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#closing.abort();
    await this.#running;
  }

  /** Asks one upstream at an operator's wish; the error, or undefined where it answers. Saves nothing. */
  probe(credential: WorkerCredential): Promise<GatewayError | undefined> {
    return probeCredential(credential, this.#options, this.#closing.signal);
  }

  /** Lists what needs no network, so that it can be served at once. */
  async listLocal(): Promise<void> {
    const snapshot = compileSnapshot(await loadState(this.#options.database));
    await this.#list(unlistedCredentials(snapshot).filter(({ provider }) => isLocal(provider)));
  }

  /** Starts on what is due, unless that is under way. */
  lookSoon(): void {
    if (this.#closing.signal.aborted) return;
    this.#running ??= this.#look()
      .catch((error: unknown) => this.#options.logger.warn({ err: error }, 'models could not be looked up; trying on'))
      .finally(() => {
        this.#running = undefined;
      });
  }

  async #look(): Promise<void> {
    const { publisher } = this.#options;
    const snapshot = publisher.current();
    if (snapshot === undefined) return;
    const credentials = unlistedCredentials(snapshot);
    this.#forgetExcept(credentials);
    const due = credentials.filter(({ id }) => (this.#dueAtMs.get(id) ?? 0) <= Date.now());
    if ((await this.#list(due)) > 0) await publisher.publish();
  }

  /** How many lists are new. */
  async #list(credentials: readonly WorkerCredential[]): Promise<number> {
    const waiting = [...credentials];
    let changed = 0;
    const work = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        if (await this.#listOne(next)) changed += 1;
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, work));
    return changed;
  }

  async #listOne(credential: WorkerCredential): Promise<boolean> {
    const { database, logger, refreshMs = 600_000, retryMs = 60_000 } = this.#options;
    const { id, provider, label, baseUrl } = credential;
    const names = await this.#namesOf(credential);
    this.#dueAtMs.set(id, Date.now() + (names === undefined ? retryMs : refreshMs));
    if (names === undefined) return false;
    const { changed } = await saveDiscoveredModels(database, { credentialId: id, names, seenAt: new Date() });
    if (changed)
      logger.info({ credential: id, provider, label, count: names.length }, `models listed at ${hostOf(baseUrl)}`);
    return changed;
  }

  async #namesOf(credential: WorkerCredential): Promise<readonly string[] | undefined> {
    const { id, provider, label, baseUrl } = credential;
    try {
      const names = await listModels(credential, this.#options, this.#closing.signal);
      this.#failures.delete(id);
      return names;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const isNew = this.#failures.get(id) !== reason && !this.#closing.signal.aborted;
      this.#failures.set(id, reason);
      if (isNew) {
        const facts = { credential: id, provider, label, reason };
        this.#options.logger.warn(facts, `no list of models from ${hostOf(baseUrl)}: ${reason}; the earlier one stays`);
      }
      return undefined;
    }
  }

  #forgetExcept(credentials: readonly WorkerCredential[]): void {
    const present = new Set(credentials.map(({ id }) => id));
    for (const map of [this.#dueAtMs, this.#failures]) {
      for (const id of map.keys()) if (!present.has(id)) map.delete(id);
    }
  }
}

/** The credentials whose models are not written in the configuration. */
function unlistedCredentials({ routing, credentials }: Snapshot): readonly WorkerCredential[] {
  const unlisted = new Set(routing.credentials.filter(({ models }) => models.length === 0).map(({ id }) => id));
  return credentials.credentials.filter(({ id }) => unlisted.has(id));
}
