import { GatewayError } from '@switchyard/canonical';

import type { ByteSpan } from './scan-request.js';
import { invalidJson, QUOTE, skipString } from './skip-json.js';

/** Names that a reader looks for among the keys of an object. */
export interface KnownKeys {
  readonly names: ReadonlySet<string>;
  /** By what Go's encoding/json, which matches keys without regard to case, takes for them. */
  readonly byFolded: ReadonlyMap<string, string>;
  readonly longest: number;
}

export function knownKeys(names: readonly string[]): KnownKeys {
  return {
    names: new Set(names),
    byFolded: new Map(names.map((name) => [name.toLowerCase(), name])),
    longest: Math.max(...names.map((name) => name.length)),
  };
}

/**
 * The key at `position`, as it is spelled. A spelling that some parsers read as a known name is refused: escapes everywhere,
 * and another case.
 *
 * @throws GatewayError `invalid_json` or `duplicate_field`.
 */
export function readKey(body: Buffer, position: number, known: KnownKeys): string {
  if (body[position] !== QUOTE) throw invalidJson(position);
  const end = skipString(body, position);
  const text = body.toString('utf8', position + 1, end - 1);
  // Folding may also lengthen a text, but none of ASCII: what is longer than all names is none of them.
  if (!text.includes('\\') && (known.names.has(text) || text.length > known.longest)) return text;
  const shadowed = known.byFolded.get(parseString(body, { start: position, end }).toLowerCase());
  if (shadowed !== undefined) throw duplicateField(shadowed);
  return text;
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
