/** @typedef {import('./read-workspace.mjs').SourceFile} SourceFile */

const TABLE = /^(?:export )?const (\w+): (?:Readonly<|Partial<)*Record<string,/gm;

/**
 * A table of words is asked by `lookUp`: by an index it would answer for what every object has, such as `constructor`, too.
 *
 * @param {readonly SourceFile[]} sources
 * @returns {readonly string[]}
 */
export function checkTables(sources) {
  return sources.flatMap(({ path, text, isTest }) => {
    if (isTest) return [];
    const tables = Array.from(text.matchAll(TABLE), ([, name]) => name);
    return tables
      .filter((name) => new RegExp(`\\b${name}\\[`).test(text))
      .map((name) => `${path}: ask ${name} by lookUp, not by an index: it is asked for words from outside`);
  });
}
