import { DIALECT_IDS, type DialectId, type Extensions, type Warning } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';

/** Fields only `dialect` knows, as extensions; undefined when there are none. */
export function extensionsOf(dialect: DialectId, fields: JsonObject | undefined): Extensions | undefined {
  return fields === undefined || Object.keys(fields).length === 0 ? undefined : { [dialect]: fields };
}

/** The fields that came in `dialect` and may go out in it again. */
export function ownFields(dialect: DialectId, extensions: Extensions | undefined): JsonObject {
  return extensions?.[dialect] ?? {};
}

/**
 * Fields that ask for nothing: names of things, and marks that stand beside a canonical field which says the same. That
 * they stay in their own dialect is no loss.
 */
const SILENT_FIELDS: Partial<Readonly<Record<DialectId, readonly string[]>>> = {
  'openai-responses': ['item', 'prompt_cache_breakpoint'],
};

/** One warning for each field that came in another dialect than `dialect`. `path` is where the fields were, `''` for the top. */
export function foreignFieldWarnings(dialect: DialectId, extensions: Extensions | undefined, path: string): Warning[] {
  if (extensions === undefined) return [];
  return DIALECT_IDS.filter((id) => id !== dialect).flatMap((id) =>
    Object.keys(extensions[id] ?? {})
      .filter((key) => !SILENT_FIELDS[id]?.includes(key))
      .map((key): Warning => {
        return { type: 'dropped', field: path === '' ? key : `${path}.${key}`, reason: `${dialect} has no such field` };
      }),
  );
}
