import { DIALECT_IDS, type DialectId, type Extensions, type Warning } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { isJsonObject } from '../json/json-object.js';

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

/** Objects of which only a part is kept as extensions: what was read of them is not lost, so what was not is named. */
const READ_IN_PART: Partial<Readonly<Record<DialectId, readonly string[]>>> = {
  'openai-chat': ['function', 'image_url', 'input_audio', 'file', 'stream_options', 'message'],
  'openai-responses': ['reasoning', 'text', 'message', 'namespace'],
  'anthropic-messages': ['metadata', 'thinking', 'output_config'],
  gemini: [
    'generationConfig',
    'groundingMetadata',
    'urlContextMetadata',
    'thinkingConfig',
    'toolConfig',
    'functionCallingConfig',
    'functionCall',
    'functionResponse',
    'inlineData',
    'fileData',
    'citationMetadata',
    'retrievedContext',
    'web',
  ],
};

/** What a stream tells late of the whole answer stands under this name with the choice. */
const LATE = 'response';

/** One warning for each field that came in another dialect than `dialect`. `path` is where the fields were, `''` for the top. */
export function foreignFieldWarnings(dialect: DialectId, extensions: Extensions | undefined, path: string): Warning[] {
  if (extensions === undefined) return [];
  return DIALECT_IDS.filter((id) => id !== dialect).flatMap((id) => {
    const inPart = [...(READ_IN_PART[id] ?? []), ...(path === 'choices[]' ? [LATE] : [])];
    const silent = SILENT_FIELDS[id] ?? [];
    return fieldsIn(extensions[id] ?? {}, { inPart, silent }).map((key): Warning => {
      return { type: 'dropped', field: path === '' ? key : `${path}.${key}`, reason: `${dialect} has no such field` };
    });
  });
}

interface FieldRules {
  readonly inPart: readonly string[];
  readonly silent: readonly string[];
}

/** The paths of the fields that say something. Lists and objects that are empty say nothing in any of our dialects. */
function fieldsIn(fields: JsonObject, rules: FieldRules): string[] {
  return Object.entries(fields).flatMap(([key, value]) => {
    if (rules.silent.includes(key) || isEmpty(value)) return [];
    if (!rules.inPart.includes(key) || !isJsonObject(value)) return [key];
    return fieldsIn(value, rules).map((inner) => `${key}.${inner}`);
  });
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
