import { z } from 'zod';

import type { JsonObject } from '../dialect.js';
import { isJsonObject, parseJson } from '../json/json-object.js';
import { stringOf } from '../json/read-json.js';

// A freeform tool takes text, every other one JSON. In canonical form its call has the arguments `{"input": text}`.

const HEAD = '{"input":"';
const TAIL = '"}';

/** The arguments of a freeform call. */
export function wrapInput(input: string): string {
  return `${HEAD}${escapePiece(input)}${TAIL}`;
}

/** What goes before the first piece of a streamed input, and after the last. */
export const INPUT_HEAD = HEAD;
export const INPUT_TAIL = TAIL;

/** A piece of the input as it stands within the JSON string. */
export function escapePiece(piece: string): string {
  return JSON.stringify(piece).slice(1, -1);
}

/** The text a model meant by the arguments of a freeform call: `input` if it kept to the schema, else all it wrote. */
export function unwrapInput(argumentsText: string): string {
  const value = parseJson(argumentsText);
  return (isJsonObject(value) ? stringOf(value['input']) : undefined) ?? argumentsText;
}

/** The parameters that a dialect without freeform tools sends. The format has no other place there than the description. */
export function freeformParameters(format: JsonObject | undefined): JsonObject {
  const definition = stringOf(format?.['definition']);
  const syntax = stringOf(format?.['syntax']) ?? 'given';
  const description = definition === undefined ? undefined : `Must follow this ${syntax} grammar:\n${definition}`;
  const input = description === undefined ? { type: 'string' } : { type: 'string', description };
  return { type: 'object', properties: { input }, required: ['input'], additionalProperties: false };
}

/** How far the reading of streamed freeform arguments has come; `held` are arguments that cannot be told yet. */
export const inputReader = z.object({ held: z.string(), place: z.enum(['before', 'inside', 'after']) });
export type InputReader = Readonly<z.infer<typeof inputReader>>;

export interface ReadInput {
  readonly reader: InputReader;
  /** What is known of the input now. */
  readonly text: string;
}

/** Reads one more piece of the arguments. What does not begin with `input` stays held for `unwrapInput` at the end. */
export function readInput(reader: InputReader, piece: string): ReadInput {
  const held = reader.held + piece;
  switch (reader.place) {
    case 'after':
      return { reader, text: '' };
    case 'inside':
      return readString(held);
    case 'before': {
      const head = /^\s*\{\s*"input"\s*:\s*"/.exec(held)?.[0];
      return head === undefined ? { reader: { held, place: 'before' }, text: '' } : readString(held.slice(head.length));
    }
  }
}

/** A character of a JSON string stands for itself, or is an escape of two or of six. */
function characterLength(text: string, at: number): number {
  if (text[at] !== '\\') return 1;
  return text[at + 1] === 'u' ? 6 : 2;
}

function readString(held: string): ReadInput {
  let end = 0;
  while (end < held.length && held[end] !== '"') {
    const length = characterLength(held, end);
    if (end + length > held.length) break;
    end += length;
  }
  const text = parseJson(`"${held.slice(0, end)}"`);
  const place = held[end] === '"' ? 'after' : 'inside';
  // Control characters that a model left unescaped make no JSON; they are meant as they stand.
  return { reader: { held: held.slice(end), place }, text: stringOf(text) ?? held.slice(0, end) };
}
