import { isDeepStrictEqual } from 'node:util';

import { patchSpans, type SpanPatch } from './patch-spans.js';
import { duplicateField, knownKeys, readKey } from './read-key.js';
import type { ByteSpan } from './scan-request.js';
import { CLOSE_BRACE, COMMA, invalidJson, OPEN_BRACE, skipKey, skipSpace, skipValue } from './skip-json.js';

/** The ways to spell a field; the first is used where a body does not have it yet. */
export type FieldSpellings = readonly [string, ...string[]];

/** Where a field stands, from the body's own fields inwards. */
export type FieldPath = readonly [FieldSpellings, ...FieldSpellings[]];

/** What a field is to say; undefined leaves it out. */
export interface FieldPatch {
  readonly path: FieldPath;
  readonly value: unknown;
}

interface PatchLimits {
  readonly maxDepth: number;
}

/**
 * The body with these fields saying what they are to say, and every other byte as it was; fields it does not have come at
 * its end. No two patches may begin with the same field.
 *
 * @throws GatewayError `invalid_json`; `duplicate_field` for a field that is there twice or in a spelling that only some
 * parsers take for it; `invalid_request` for nesting over `maxDepth`.
 */
export function patchFields(body: Buffer, patches: readonly FieldPatch[], limits: PatchLimits): Buffer {
  const start = skipSpace(body, 0);
  if (body[start] !== OPEN_BRACE) throw invalidJson(start);
  const spans = patchObject(body, start, { patches, limits });
  return spans.length === 0 ? body : patchSpans(body, spans);
}

interface ObjectPatch {
  readonly patches: readonly FieldPatch[];
  readonly limits: PatchLimits;
}

function patchObject(body: Buffer, start: number, { patches, limits }: ObjectPatch): readonly SpanPatch[] {
  const members = readMembers(body, start, { patches, limits });
  const removed = new Set<Member>();
  const spans: SpanPatch[] = [];
  const added: string[] = [];
  for (const patch of patches) {
    const [spellings, ...inner] = patch.path;
    const member = members.find(({ name }) => spellings.includes(name));
    const [next, ...others] = inner;
    if (member !== undefined && next !== undefined && body[member.start] === OPEN_BRACE) {
      const within = { patches: [{ path: [next, ...others], value: patch.value }], limits } as const;
      spans.push(...patchObject(body, member.start, within));
    } else if (patch.value === undefined) {
      if (member !== undefined && next === undefined) removed.add(member);
    } else if (member === undefined) {
      added.push(`${JSON.stringify(spellings[0])}:${JSON.stringify(nested(inner, patch.value))}`);
    } else if (!says(body, member, nested(inner, patch.value))) {
      spans.push({ start: member.start, end: member.end, text: JSON.stringify(nested(inner, patch.value)) });
    }
  }
  return [...spans, ...changeMembers({ start, members, removed, added })];
}

/** The value as it stands in the field around it. */
function nested(path: readonly FieldSpellings[], value: unknown): unknown {
  return path.reduceRight<unknown>((inner, [name]) => ({ [name]: inner }), value);
}

function says(body: Buffer, span: ByteSpan, value: unknown): boolean {
  const told: unknown = JSON.parse(body.toString('utf8', span.start, span.end));
  return isDeepStrictEqual(told, value);
}

/** A field of an object; the span is that of its value. */
interface Member extends ByteSpan {
  /** As it is spelled. */
  readonly name: string;
  readonly keyStart: number;
}

function readMembers(body: Buffer, start: number, { patches, limits }: ObjectPatch): readonly Member[] {
  const heads = patches.map(({ path }) => path[0]);
  const keys = knownKeys(heads.flat());
  const members: Member[] = [];
  let position = skipSpace(body, start + 1);
  if (body[position] === CLOSE_BRACE) return members;
  for (;;) {
    const name = readKey(body, position, keys);
    const head = heads.find((spellings) => spellings.includes(name));
    const known = members.find((member) => head?.includes(member.name));
    if (known !== undefined && head !== undefined) throw duplicateField(head[0]);
    const valueStart = skipSpace(body, skipKey(body, position));
    const end = skipValue(body, valueStart, limits.maxDepth - 1);
    members.push({ name, keyStart: position, start: valueStart, end });
    position = skipSpace(body, end);
    if (body[position] === CLOSE_BRACE) return members;
    if (body[position] !== COMMA) throw invalidJson(position);
    position = skipSpace(body, position + 1);
  }
}

interface MemberChanges {
  /** Of the object's opening brace. */
  readonly start: number;
  readonly members: readonly Member[];
  readonly removed: ReadonlySet<Member>;
  readonly added: readonly string[];
}

/** A field goes with the comma behind it; what is last, or comes last, with the one before it. */
function changeMembers({ start, members, removed, added }: MemberChanges): readonly SpanPatch[] {
  const lastKept = members.findLastIndex((member) => !removed.has(member));
  const spans: SpanPatch[] = [];
  for (const [index, member] of members.slice(0, Math.max(0, lastKept)).entries()) {
    const next = members[index + 1];
    if (removed.has(member) && next !== undefined) spans.push({ start: member.keyStart, end: next.keyStart, text: '' });
  }
  const tailStart = members[lastKept]?.end ?? start + 1;
  const tailEnd = members.at(-1)?.end ?? start + 1;
  const tail = [...(lastKept === -1 ? [] : ['']), ...added].join(',');
  if (tailEnd > tailStart || added.length > 0) spans.push({ start: tailStart, end: tailEnd, text: tail });
  return spans;
}
