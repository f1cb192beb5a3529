import { ANSWER_FIELDS } from './table/answer-fields.js';
import { REQUEST_FIELDS } from './table/translation-table.js';

const NAMES: ReadonlySet<string> = new Set([
  ...Object.values(REQUEST_FIELDS).flatMap((fields) => fields.map(({ field }) => field)),
  ...Object.values(ANSWER_FIELDS).flatMap((fields) => fields.map(({ field }) => `response.${field}`)),
]);

/** The names with a `*`, which stands for one word of the client's or of a vendor's. */
const PATTERNS = [...NAMES].filter((name) => name.includes('*')).map((name) => ({ name, pattern: patternOf(name) }));

/**
 * What docs/translation.md calls a field that a warning named. Undefined where it has no line there: such a name is the
 * client's own, and there can be any number of them.
 */
export function declaredFieldName(field: string): string | undefined {
  if (NAMES.has(field)) return field;
  return PATTERNS.find(({ pattern }) => pattern.test(field))?.name;
}

function patternOf(name: string): RegExp {
  const parts = name.split('*').map((part) => part.replaceAll(/[.[\]]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join(String.raw`[^.[\]]+`)}$`);
}
