import type { Citation } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { ownFields } from '../extensions/extensions.js';
import { compact, isJsonObject } from '../json/json-object.js';
import { objectOf } from '../json/read-json.js';
import type { CitationLimits } from '../losses/citation-losses.js';
import { countCodePoints, textBefore } from '../text/code-points.js';
import { GEMINI } from './decode-parts.js';

export const GEMINI_CITATIONS: CitationLimits = {
  fate: fateOf,
  hasSpans: true,
  needText: true,
  quotes: ({ type, extensions }) =>
    type === 'document' || ownFields(GEMINI, extensions)['retrievedContext'] !== undefined,
};

/** A document of the request and a file are told as something that was retrieved, by their names. */
function fateOf(citation: Citation): ReturnType<CitationLimits['fate']> {
  switch (citation.type) {
    case 'url':
      return 'carried';
    case 'document':
      return citation.documentIndex === undefined ? 'carried' : 'approximated';
    case 'file':
      return 'approximated';
    case 'opaque':
      return citation.dialect === GEMINI ? 'carried' : 'dropped';
  }
}

/** What a candidate says of the sources of its texts, as far as they were told. Plain data. */
export interface Grounding {
  readonly chunks: JsonObject[];
  readonly supports: JsonObject[];
  readonly sources: JsonObject[];
}

export function createGrounding(): Grounding {
  return { chunks: [], supports: [], sources: [] };
}

/** A part of a candidate, and where in its text (in UTF-16) the one begins that citations are of. */
export interface CitedPart {
  readonly index: number;
  readonly text: string;
  readonly from: number;
}

/** Adds the citations of a text that ends where its part does, as far as it was told. */
export function addCitations(grounding: Grounding, citations: readonly Citation[], part: CitedPart): void {
  for (const citation of citations) {
    const own = ownFields(GEMINI, citation.extensions);
    const place = segmentOf(citation, part);
    if (citation.type === 'opaque' && citation.dialect !== GEMINI) continue;
    if (citation.type === 'opaque' && isJsonObject(citation.value['citationMetadata'])) {
      grounding.sources.push(citation.value['citationMetadata']);
    } else if (isJsonObject(own['citationMetadata']) && citation.type === 'url') {
      const { startIndex, endIndex } = place;
      const { url, title } = citation;
      grounding.sources.push(compact({ startIndex, endIndex, uri: url, title, ...own['citationMetadata'] }));
    } else addSupport(grounding, encodeChunk(citation, own), { segment: place, own });
  }
}

/** One support tells all sources of a segment, so citations of one segment in a row become one. */
function addSupport(
  { chunks, supports }: Grounding,
  chunk: JsonObject,
  { segment, own }: { readonly segment: JsonObject; readonly own: JsonObject },
): void {
  const known = chunks.findIndex((other) => isSame(other, chunk));
  const index = known === -1 ? chunks.push(chunk) - 1 : known;
  const { web: _web, retrievedContext: _context, chunk: _chunk, confidenceScores: scores, ...rest } = own;
  const { groundingChunkIndices: indices, confidenceScores: lastScores, ...last } = supports.at(-1) ?? {};
  // There are scores for all sources of a support, or for none.
  const isOneMore = isSame(last, { segment, ...rest }) && Array.isArray(scores) === Array.isArray(lastScores);
  if (isOneMore) supports.pop();
  supports.push({
    segment,
    groundingChunkIndices: [...(isOneMore ? listOf(indices) : []), index],
    ...(Array.isArray(scores) && { confidenceScores: [...(isOneMore ? listOf(lastScores) : []), ...listOf(scores)] }),
    ...rest,
  });
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Offsets count bytes of UTF-8 from the beginning of the part. (Gemini API reference, Segment) */
function segmentOf({ span }: Citation, { index, text, from }: CitedPart): JsonObject {
  const own = text.slice(from);
  const { start, end } = span ?? { start: 0, end: countCodePoints(own) };
  const before = Buffer.byteLength(text.slice(0, from));
  const told = textBefore(own, end);
  const skipped = textBefore(own, start);
  return {
    ...(index > 0 && { partIndex: index }),
    startIndex: before + Buffer.byteLength(skipped),
    endIndex: before + Buffer.byteLength(told),
    text: told.slice(skipped.length),
  };
}

function encodeChunk(citation: Citation, own: JsonObject): JsonObject {
  const more = objectOf(own['chunk']);
  switch (citation.type) {
    case 'url': {
      const { url: uri, title, citedText: text } = citation;
      return isJsonObject(own['retrievedContext'])
        ? { retrievedContext: compact({ uri, title, text, ...own['retrievedContext'] }), ...more }
        : { web: compact({ uri, title, ...objectOf(own['web']) }), ...more };
    }
    case 'document':
    case 'file': {
      const { title, citedText: text } = citation;
      return { retrievedContext: compact({ title, text, ...objectOf(own['retrievedContext']) }), ...more };
    }
    case 'opaque':
      return citation.value;
  }
}

/** The fields of a candidate with these sources; `own` are those that came in this dialect, which win where they have all. */
export function groundingFields({ chunks, supports, sources }: Grounding, own: JsonObject): JsonObject {
  const isWhole = objectOf(own['groundingMetadata'])['groundingChunks'] !== undefined;
  return {
    ...(chunks.length > 0 &&
      !isWhole && { groundingMetadata: { groundingChunks: chunks, groundingSupports: supports } }),
    ...(sources.length > 0 &&
      own['citationMetadata'] === undefined && { citationMetadata: { citationSources: sources } }),
  };
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
