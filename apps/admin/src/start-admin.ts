import { readFile } from 'node:fs/promises';

import { GatewayError } from '@switchyard/canonical';
import { configVariables, formatProblem, watchConfigFile, type Keyring } from '@switchyard/config';
import { currentVersion, type Database } from '@switchyard/database';
import { createHttpService } from '@switchyard/nest-kit';
import type { HealthStore, SnapshotStore } from '@switchyard/shared-state';
import type { Logger, Metrics } from '@switchyard/telemetry';
import { createUpstreamClient } from '@switchyard/upstream';

import { AdminModule, type AdminParts } from './admin.module.js';
import { Applier, type ApplyResult } from './apply/applier.js';
import { YAML_CONTENT_TYPES } from './config/config.schema.js';
import { loadConsole, registerConsole } from './console/console-routes.js';
import { HealthBook } from './credentials/health-book.js';
import { Discovery } from './discover/discovery.js';
import { Publisher } from './publish/publisher.js';

export interface AdminOptions {
  /** The caller closes it, as it does the store. */
  readonly database: Database;
  readonly snapshotStore: SnapshotStore;
  /** What gateways share of the credentials' health, as the caller opened it; absent where each keeps its own. */
  readonly health?: HealthStore | undefined;
  readonly keyring: Keyring;
  /** Client keys are hashed under it; the gateway needs the same one. */
  readonly pepper: string;
  /** Opens `/api/v1`. */
  readonly ownerToken: string;
  /** Opens `/internal/v1` to the data plane. */
  readonly wireToken: string;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Applied at the start and whenever it changes. */
  readonly configFile?: string | undefined;
  /** Applied where no configuration ever was, when there is no `configFile`. */
  readonly initialConfiguration?: { readonly text: string; readonly filename: string } | undefined;
  /** The operator's page; without it admin serves its API only. */
  readonly consoleFolder?: string | undefined;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** What `${NAME}` in a configuration stands for. Default: this process's environment. */
  readonly variables?: Readonly<Record<string, string | undefined>> | undefined;
  /** How often to see that the store has the snapshot, in milliseconds. Default 1000. */
  readonly checkMs?: number | undefined;
}

export interface Admin {
  /** `http://host:port` as bound. */
  readonly address: string;
  /** Applies a configuration as if it were the file. */
  apply(text: string, filename: string): Promise<ApplyResult>;
  close(): Promise<void>;
}

const MAX_CONFIGURATION_BYTES = 8 * 1024 * 1024;

/**
 * Starts the control plane: migrates the database, applies the configuration file, publishes the snapshot and serves
 * the admin API.
 *
 * @throws GatewayError `invalid_configuration` when the file cannot be used and there is no earlier configuration to
 * go on with.
 */
export async function startAdmin(options: AdminOptions): Promise<Admin> {
  const { database, keyring, pepper, snapshotStore: store, logger, checkMs } = options;
  const migrations = await database.migrate();
  if (migrations.length > 0) logger.info({ migrations }, 'database migrated');

  const upstream = createUpstreamClient();
  const publisher = new Publisher({ database, store, logger, checkMs });
  options.metrics.snapshotVersion.observe(() => {
    const version = publisher.current()?.routing.version;
    return version === undefined ? [] : [[version, 'admin']];
  });
  const discovery = new Discovery({ database, publisher, upstream, keyring, logger });
  const variables = options.variables ?? configVariables();
  const applier = new Applier({ database, publisher, discovery, secrets: { pepper, keyring }, variables, logger });
  const stopWatching = new AbortController();
  const closeParts = async (): Promise<void> => {
    stopWatching.abort();
    await discovery.close();
    await applier.close();
    await publisher.close();
    await upstream.close();
  };

  try {
    await publisher.renewAfterUpgrade();
    const fileText = await applyFirst(options, applier);
    await publisher.start();
    discovery.start();
    const service = await serve(options, { applier, publisher, discovery });
    const apply = (text: string, filename: string) => applier.apply({ text, filename, origin: 'file' });
    if (options.configFile !== undefined) {
      followFile(options.configFile, { apply, logger, signal: stopWatching.signal, current: fileText });
    }
    return {
      address: service.address,
      apply,
      close: async () => {
        await service.close();
        await closeParts();
      },
    };
  } catch (error) {
    await closeParts();
    throw error;
  }
}

async function serve(options: AdminOptions, parts: Pick<AdminParts, 'applier' | 'publisher' | 'discovery'>) {
  const health = new HealthBook(options.health);
  const { database, ownerToken, wireToken, host, port, logger, consoleFolder } = options;
  const consoleFiles = consoleFolder === undefined ? [] : await loadConsole(consoleFolder);
  return createHttpService({
    module: AdminModule.register({ ...parts, health, database, ownerToken, wireToken, logger }),
    host,
    port,
    bodyLimitBytes: MAX_CONFIGURATION_BYTES,
    logger,
    checks: [
      {
        name: 'snapshot',
        check: () => (parts.publisher.current() === undefined ? 'no snapshot has been compiled yet' : undefined),
      },
    ],
    configure: (fastify) => {
      fastify.addContentTypeParser(YAML_CONTENT_TYPES, { parseAs: 'string' }, (_request, body, done) =>
        done(null, body),
      );
      registerConsole(fastify, consoleFiles);
    },
  });
}

/** Brings a configuration into force, and returns the configuration file's text. */
async function applyFirst(options: AdminOptions, applier: Applier): Promise<string | undefined> {
  const { configFile, initialConfiguration, database } = options;
  const isFirst = (await currentVersion(database)) === 0;
  if (configFile === undefined) {
    // An empty configuration refuses every request: closed by default.
    const { text, filename } = initialConfiguration ?? { text: '', filename: 'the empty configuration' };
    if (isFirst) requireApplied(await applier.apply({ text, filename, origin: 'file' }));
    return undefined;
  }
  const text = await readConfigFile(configFile, options, isFirst);
  if (text === undefined) return undefined;
  const result = await applier.apply({ text, filename: configFile, origin: 'file' });
  if (isFirst) requireApplied(result);
  return text;
}

async function readConfigFile(path: string, { logger }: AdminOptions, isFirst: boolean): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const message = `the configuration file ${path} cannot be read`;
    if (isFirst) throw new GatewayError('invalid_configuration', message, { cause });
    logger.error({ err: cause, path }, `${message}; the configuration before stays in force`);
    return undefined;
  }
}

function requireApplied(result: ApplyResult): void {
  if (result.type === 'applied') return;
  const problems = result.problems.map((problem) => `\n  ${formatProblem(problem)}`).join('');
  throw new GatewayError('invalid_configuration', `the configuration cannot be used:${problems}`);
}

interface FollowOptions {
  readonly apply: Admin['apply'];
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly current: string | undefined;
}

function followFile(path: string, { apply, logger, signal, current }: FollowOptions): void {
  const onText = (text: string): void => {
    apply(text, path).catch((error: unknown) => logger.error({ err: error, path }, `${path} could not be applied`));
  };
  watchConfigFile(path, onText, { signal, current });
}
