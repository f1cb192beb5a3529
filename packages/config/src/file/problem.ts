/** Where in a file a value stands: keys of mappings and indexes of lists, from the root. */
export type ConfigPath = readonly (string | number)[];

/** Something in a configuration file that an operator should know of. Holds no value of the file that may be secret. */
export interface ConfigProblem {
  /** An error keeps the file from being used; a warning does not. */
  readonly severity: 'error' | 'warning';
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** As in `claude-api-key[0].prefix`; empty for the file as a whole. */
  readonly key: string;
  /** What is the matter. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** A problem before it is known where its path stands in the file. */
export interface Finding {
  readonly severity: ConfigProblem['severity'];
  readonly path: ConfigPath;
  readonly message: string;
  readonly remedy: string;
}

/** Receives what is found, in any order. */
export type Report = (finding: Finding) => void;

/** `config.yaml:12:5 claude-api-key[0].prefx: unknown key; did you mean "prefix"?` */
export function formatProblem(problem: ConfigProblem): string {
  const { file, line, column, key, message, remedy } = problem;
  return `${file}:${line}:${column}${key === '' ? '' : ` ${key}`}: ${message}; ${remedy}`;
}

/** `claude-api-key[0].prefix` */
export function formatPath(path: ConfigPath): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .replace(/^\./u, '');
}

/** What keeps the file from being used. */
export function errorAt(path: ConfigPath, message: string, remedy: string): Finding {
  return { severity: 'error', path, message, remedy };
}

/** What an operator may not have meant. */
export function warningAt(path: ConfigPath, message: string, remedy: string): Finding {
  return { severity: 'warning', path, message, remedy };
}
