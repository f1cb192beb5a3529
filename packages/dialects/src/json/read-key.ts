import { GatewayError } from '@switchyard/canonical';

import type { ByteSpan } from './scan-request.js';
import { invalidJson, QUOTE, skipString } from './skip-json.js';

/**
 * Which of these names the key at `position` is. A spelling that some parsers read as one of them is refused: escapes
 * everywhere, and another case because Go's encoding/json matches keys without regard to case.
 *
 * @throws GatewayError `invalid_json` or `duplicate_field`.
 */
export function readKey<Name extends string>(body: Buffer, position: number, names: readonly Name[]): Name | undefined {
  if (body[position] !== QUOTE) throw invalidJson(position);
  const end = skipString(body, position);
  const text = body.toString('utf8', position + 1, end - 1);
  const isPlain = !text.includes('\\');
  const name = names.find((candidate) => candidate === text);
  // Folding may also lengthen a text, but none of ASCII: what is longer than all names is none of them.
  if (isPlain && (name !== undefined || names.every((candidate) => candidate.length < text.length))) return name;
  const folded = parseString(body, { start: position, end }).toLowerCase();
  const shadowed = names.find((candidate) => candidate.toLowerCase() === folded);
  if (shadowed !== undefined) throw duplicateField(shadowed);
  return undefined;
}

/** The string at `span`, decoded only where it has something to decode. */
export function parseString(body: Buffer, span: ByteSpan): string {
  const inside = body.toString('utf8', span.start + 1, span.end - 1);
  if (!inside.includes('\\')) return inside;
  try {
    return String(JSON.parse(`"${inside}"`));
  } catch (error) {
    throw new GatewayError('invalid_json', `the body has an invalid string at byte ${span.start}`, { cause: error });
  }
}

export function duplicateField(field: string): GatewayError {
  const message = `\`${field}\` must appear once, spelled plainly, so that every reader of the body sees the same value`;
  return new GatewayError('duplicate_field', message, { param: field });
}
