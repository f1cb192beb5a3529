import type { ConfigPath, Report } from './problem.js';

/** Where `${...}` takes its values from. */
export interface VariableSources {
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Gives a file's text; throws when it cannot be read. */
  readonly readFile: (path: string) => string;
}

/** Replaces `${NAME}` and `${file:/path}` in every string of a value, and reports those that lead nowhere. */
export function expandVariables(value: unknown, sources: VariableSources, report: Report): unknown {
  return expand(value, [], (text, path) => expandText(text, sources, (finding) => report({ ...finding, path })));
}

function expand(value: unknown, path: ConfigPath, replace: (text: string, path: ConfigPath) => string): unknown {
  if (typeof value === 'string') return replace(value, path);
  if (Array.isArray(value)) return value.map((item, index) => expand(item, [...path, index], replace));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, expand(child, [...path, key], replace)]));
}

function expandText(text: string, sources: VariableSources, report: Report): string {
  return text.replaceAll(/\$\{([^}]*)\}/gu, (whole, inner: string) => {
    if (inner.startsWith('file:')) return expandFile(inner.slice('file:'.length), sources, report);
    const value = sources.variables[inner];
    if (value !== undefined && value !== '') return value;
    const isName = /^[A-Za-z_]\w*$/u.test(inner);
    const message = isName ? `the environment variable ${inner} is not set` : `${whole} names no variable and no file`;
    const remedy = isName ? `set ${inner}, or write the value here` : 'write ${NAME} or ${file:/path}';
    report({ severity: 'error', path: [], message, remedy });
    return whole;
  });
}

function expandFile(path: string, sources: VariableSources, report: Report): string {
  try {
    // Editors and `kubectl create secret --from-file` leave a newline at the end.
    return sources.readFile(path).trimEnd();
  } catch {
    const message = `the file ${path} cannot be read`;
    report({
      severity: 'error',
      path: [],
      message,
      remedy: 'check that it is there and that this process may read it',
    });
    return '';
  }
}
