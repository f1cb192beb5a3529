import type { NamespacedName } from '@switchyard/canonical';

import { fnv1a } from '../json/fnv1a.js';

/** The longest name that every dialect takes. (OpenAI API reference, FunctionObject) */
const MAX_NAME_LENGTH = 64;

/** The longest id of a call. (OpenAI API reference, FunctionCallOutputItemParam) */
const MAX_ID_LENGTH = 64;

/** One name for a tool within a namespace, for dialects without those: always the same for the same tool. */
export function flatToolName({ namespace, name }: NamespacedName): string {
  return shorten(`${namespace}__${name}`, MAX_NAME_LENGTH);
}

/** A call's id in the length OpenAI takes: the same one for the same id, so that a call and its output still meet. */
export function encodeCallId(id: string): string {
  return shorten(id, MAX_ID_LENGTH);
}

function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  const mark = `_${fnv1a(text)}`;
  return text.slice(0, length - mark.length) + mark;
}
