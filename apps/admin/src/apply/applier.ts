import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { formatProblem, parseConfigFile, type ConfigProblem, type ParsedConfigFile } from '@switchyard/config';
import { applyDesiredState, type Change, type ConfigurationRows, type Database } from '@switchyard/database';
import type { Logger } from '@switchyard/telemetry';

import type { Discovery } from '../discover/discovery.js';
import type { Publisher } from '../publish/publisher.js';
import { rowsFromDesired, type Secrets } from './rows-from-desired.js';

export type ApplyResult =
  | {
      readonly type: 'applied';
      readonly version: number;
      /** Empty when everything already was as the text asks. */
      readonly changes: readonly Change[];
      readonly warnings: readonly ConfigProblem[];
    }
  | { readonly type: 'rejected'; readonly problems: readonly ConfigProblem[] };

export interface ConfigurationText {
  readonly text: string;
  /** Shown in problems. */
  readonly filename: string;
  /**
   * `file`: a file on this machine, which may name others. `remote`: a text that came over the network; it can read no
   * file here, and none of this service's own variables.
   */
  readonly origin: 'file' | 'remote';
}

export interface ApplierOptions {
  readonly database: Database;
  readonly publisher: Publisher;
  readonly discovery: Discovery;
  readonly secrets: Secrets;
  /** What `${NAME}` in a configuration stands for. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly logger: Logger;
}

/** Makes configurations take effect, one at a time. A bad one changes nothing. */
export class Applier {
  readonly #options: ApplierOptions;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: ApplierOptions) {
    this.#options = options;
  }

  /** Checks a configuration and changes nothing. */
  validate(configuration: ConfigurationText): ParsedConfigFile {
    return parseConfigFile(parserInput(configuration, this.#options.variables));
  }

  /** In the order of the calls. */
  apply(configuration: ConfigurationText): Promise<ApplyResult> {
    const turn = this.#last.then(() => this.#apply(configuration));
    // Only its end, and not what it changed: a large configuration would stay in memory.
    this.#last = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn;
  }

  /** Waits for what is being applied. */
  async close(): Promise<void> {
    await this.#last;
  }

  async #apply(configuration: ConfigurationText): Promise<ApplyResult> {
    const { database, publisher, discovery, secrets, logger } = this.#options;
    const { filename } = configuration;
    const parsed = this.validate(configuration);
    if ('problems' in parsed) return this.#reject(filename, parsed.problems);
    const rows = rowsFromDesired(parsed.desired, secrets);
    const repeated = findRepeatedKeys(rows, filename);
    if (repeated.length > 0) return this.#reject(filename, repeated);
    const { changes } = await applyDesiredState(database, rows);
    await discovery.listLocal();
    const version = await publisher.publish();
    discovery.lookSoon();
    const warnings = parsed.warnings.map(formatProblem);
    logger.info({ filename, version, changes, warnings }, `${filename} is in force`);
    return { type: 'applied', version, changes, warnings: parsed.warnings };
  }

  #reject(filename: string, problems: readonly ConfigProblem[]): ApplyResult {
    const lines = problems.map(formatProblem);
    this.#options.logger.error({ filename, problems: lines }, `${filename} is not used: ${lines.join(' | ')}`);
    return { type: 'rejected', problems };
  }
}

/** A key beside its own hash. Reading the file cannot show it, since that takes the pepper. */
function findRepeatedKeys({ keys, tenants }: ConfigurationRows, file: string): readonly ConfigProblem[] {
  const nameOf = (tenantId: string) => tenants.find(({ id }) => id === tenantId)?.name ?? tenantId;
  const first = new Map<string, string>();
  return keys.flatMap(({ hash, tenantId }) => {
    const other = first.get(hash);
    first.set(hash, other ?? tenantId);
    if (other === undefined) return [];
    const message = `a key of the tenant "${nameOf(tenantId)}" is the same as one of "${nameOf(other)}"`;
    const remedy = 'remove one; a key belongs to one tenant';
    return [{ severity: 'error', file, line: 1, column: 1, key: 'tenants', message, remedy }];
  });
}

function parserInput(
  { text, filename, origin }: ConfigurationText,
  variables: ApplierOptions['variables'],
): Parameters<typeof parseConfigFile>[0] {
  if (origin === 'remote') {
    const open = Object.entries(variables).filter(([name]) => !isOurs(name));
    return { text, filename, variables: Object.fromEntries(open), readSecretFile: refuseFile };
  }
  const readSecretFile = (path: string): string => readFileSync(path, 'utf8');
  return { text, filename, variables, readSecretFile, baseDirectory: dirname(filename) };
}

function isOurs(name: string): boolean {
  return name.startsWith('SWITCHYARD_') || name === 'DATABASE_URL' || name === 'REDIS_URL';
}

function refuseFile(): never {
  throw new Error("a configuration that is sent to admin cannot read admin's files");
}
