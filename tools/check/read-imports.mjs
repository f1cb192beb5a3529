/**
 * @typedef {{ specifier: string, typeOnly: boolean, names: readonly string[] }} Import
 */

const FROM = /^[ \t]*(?:import|export)\s+(type\s+)?([^'";]*?)\s*from\s*['"]([^'"]+)['"]/gm;
const BARE = /^[ \t]*import\s*['"]([^'"]+)['"]/gm;
const DYNAMIC = /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;

/** The text without its comments. */
export function withoutComments(text) {
  // Only comments that begin a line: the same characters elsewhere may be part of a string, such as a file pattern.
  return text.replace(/^[ \t]*\/\*[^]*?\*\//gm, '').replace(/^[ \t]*\/\/.*$/gm, '');
}

/**
 * What a TypeScript file imports and re-exports.
 *
 * @param {string} text
 * @returns {readonly Import[]}
 */
export function readImports(text) {
  const code = withoutComments(text);
  const named = [...code.matchAll(FROM)].map(([, type, clause, specifier]) => {
    const names = namesIn(clause);
    const typeOnly = type !== undefined || (names.length > 0 && names.every((name) => name.startsWith('type ')));
    return { specifier, typeOnly, names: names.map((name) => name.replace(/^type /, '')) };
  });
  const others = [...code.matchAll(BARE), ...code.matchAll(DYNAMIC)].map(([, specifier]) => {
    return { specifier, typeOnly: false, names: [] };
  });
  return [...named, ...others];
}

/** The imported names of `{ a, type B as C }`, each as `a` or `type B`; a default or namespace import has no name here. */
function namesIn(clause) {
  const braces = clause.match(/^\{([^}]*)\}$/);
  if (braces === null) return [];
  return braces[1]
    .split(',')
    .map((name) => name.trim().replace(/\s+as\s+\w+$/, ''))
    .filter((name) => name !== '');
}

/** The package of a bare specifier: `@scope/name/part` → `@scope/name`. Undefined for a relative or built-in one. */
export function packageOf(specifier) {
  if (specifier.startsWith('.') || specifier.startsWith('node:')) return undefined;
  const [first, second] = specifier.split('/');
  return first.startsWith('@') ? `${first}/${second}` : first;
}
