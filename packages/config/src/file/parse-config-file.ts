import { isAbsolute, resolve } from 'node:path';
import { PROVIDERS } from '@switchyard/providers';
import type { DesiredState } from '../desired-state.js';
import { buildDesiredState } from './build-desired-state.js';
import { describeIssue } from './describe-issue.js';
import { expandVariables } from './expand-variables.js';
import { findConflicts } from './find-conflicts.js';
import { CONFIG_KEYS } from './keys.js';
import { formatPath, type ConfigProblem, type Finding } from './problem.js';
import { configFileSchema, dedicatedBlocksSchema } from './schema.js';
import { screenKeys } from './screen-keys.js';
import { parseYaml, type YamlSource } from './yaml-source.js';

export interface ConfigFileInput {
  readonly text: string;
  /** Shown in problems. */
  readonly filename: string;
  /** What `${NAME}` stands for. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Gives the text of a file that `${file:...}` or `token-file` names; throws when it cannot be read. */
  readonly readSecretFile: (path: string) => string;
  /** Where relative paths of such files start; without it they are handed over as written. */
  readonly baseDirectory?: string | undefined;
}

export type ParsedConfigFile =
  /** The file can be used. */
  | { readonly desired: DesiredState; readonly warnings: readonly ConfigProblem[] }
  /** It cannot: at least one of these is an error. */
  | { readonly problems: readonly ConfigProblem[] };

/**
 * Reads a configuration file: YAML, the keys of this version, `${...}` in any text, and what the parts mean together.
 * Everything found is given back at once, in the order of the file.
 */
export function parseConfigFile(input: ConfigFileInput): ParsedConfigFile {
  const source = parseYaml(input.text);
  if ('errors' in source) {
    return {
      problems: source.errors.map(({ position, message }) => ({
        severity: 'error',
        file: input.filename,
        ...position,
        key: '',
        message: `not readable as YAML: ${message.replace(/\.$/u, '')}`,
        remedy: 'correct the line; indentation is by spaces',
      })),
    };
  }
  const findings = new Findings(source, input.filename);
  const desired = interpret(source, input, findings);
  const problems = findings.inOrder();
  return desired === undefined || findings.hasError ? { problems } : { desired, warnings: problems };
}

function interpret(source: YamlSource, input: ConfigFileInput, findings: Findings): DesiredState | undefined {
  const report = (finding: Finding): void => findings.add(finding);
  const readFile = (path: string): string =>
    input.readSecretFile(
      input.baseDirectory === undefined || isAbsolute(path) ? path : resolve(input.baseDirectory, path),
    );
  const root = source.value ?? {};
  const kept = screenKeys(root, CONFIG_KEYS, report);
  const value = expandVariables(kept, { variables: input.variables, readFile }, report);

  const file = configFileSchema.safeParse(value);
  const blocks = dedicatedBlocksSchema.safeParse(dedicatedBlocksOf(value));
  for (const issue of [...(file.error?.issues ?? []), ...(blocks.error?.issues ?? [])]) {
    report(describeIssue(issue, value));
  }
  if (!file.success || !blocks.success) return undefined;

  const { desired, written } = buildDesiredState(file.data, blocks.data, { readFile, report });
  const nameOf = (path: Finding['path']): string => `${formatPath(path)} (line ${source.positionOf(path).line})`;
  for (const finding of findConflicts({ file: file.data, desired, credentials: written, nameOf })) report(finding);
  return desired;
}

const dedicatedKeys = new Set(
  PROVIDERS.map(({ configKey }) => configKey).filter((key) => key !== 'openai-compatibility' && key !== 'simulator'),
);

function dedicatedBlocksOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter(([key]) => dedicatedKeys.has(key)));
}

/** What was found so far, each at its place in the file. */
class Findings {
  hasError = false;
  readonly #byPlace = new Map<string, ConfigProblem>();

  constructor(
    private readonly source: YamlSource,
    private readonly file: string,
  ) {}

  /** The first error of a place is kept: what follows at the same place follows from it. */
  add({ path, severity, message, remedy }: Finding): void {
    const key = formatPath(path);
    const place = severity === 'error' ? `error ${key}` : `warning ${key} ${message}`;
    if (this.#byPlace.has(place)) return;
    this.hasError ||= severity === 'error';
    const position = this.source.positionOf(path);
    this.#byPlace.set(place, { severity, file: this.file, ...position, key, message, remedy });
  }

  inOrder(): readonly ConfigProblem[] {
    return [...this.#byPlace.values()].toSorted((a, b) => a.line - b.line || a.column - b.column);
  }
}
