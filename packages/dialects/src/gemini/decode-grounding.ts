import type { Citation, TextSpan } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { extensionsOf } from '../extensions/extensions.js';
import { compact, isJsonObject, restOf } from '../json/json-object.js';
import { countOf, objectOf, objectsOf, stringOf, wordOf } from '../json/read-json.js';
import { codePointsBefore, countCodePoints } from '../text/code-points.js';
import { GEMINI } from './decode-parts.js';
import type { ChoiceState } from './decoder-state.js';

/** A citation, and the index of the text block that it is of. */
interface PlacedCitation {
  readonly block: number;
  readonly citation: Citation;
}

/**
 * What a candidate has said of the sources of its texts so far. Every chunk tells its grounding anew, mostly the last one
 * alone, so this is read when a text ends.
 */
export function readCitations({ extras, texts, parts }: ChoiceState): readonly PlacedCitation[] {
  const { groundingMetadata, citationMetadata } = extras;
  if (groundingMetadata === undefined && citationMetadata === undefined) return [];
  if (Object.keys(texts).length === 0) return [];
  const metadata = objectOf(citationMetadata);
  return [
    ...readGrounding(objectOf(groundingMetadata), { texts, parts }),
    ...objectsOf(metadata['citationSources'] ?? metadata['citations']).flatMap((source) => {
      return readSource(source, { texts, parts });
    }),
  ];
}

/** The candidate's other fields, once all its citations were told. */
export function withoutCitations({ groundingMetadata, citationMetadata, ...extras }: JsonObject): JsonObject {
  return {
    ...extras,
    groundingMetadata: restOf(objectOf(groundingMetadata), ['groundingChunks', 'groundingSupports']),
    citationMetadata: restOf(objectOf(citationMetadata), ['citationSources', 'citations']),
  };
}

type Told = Pick<ChoiceState, 'texts' | 'parts'>;

function readGrounding(grounding: JsonObject, told: Told): PlacedCitation[] {
  const chunks = objectsOf(grounding['groundingChunks']);
  const cited = new Set<number>();
  const supported = objectsOf(grounding['groundingSupports']).flatMap((support) => {
    const { segment, groundingChunkIndices, confidenceScores, ...more } = support;
    const place = placeOf(objectOf(segment), told);
    const scores: readonly unknown[] = Array.isArray(confidenceScores) ? confidenceScores : [];
    return indicesIn(groundingChunkIndices).flatMap((index, nth): PlacedCitation[] => {
      const chunk = chunks[index];
      cited.add(index);
      if (chunk === undefined || place === undefined) return [];
      const score = scores[nth];
      const own = { ...more, ...(score !== undefined && { confidenceScores: [score] }) };
      return [{ block: place.block, citation: decodeChunk(chunk, place.span, own) }];
    });
  });
  // A source that no support points to stands behind the answer as a whole.
  const unplaced = chunks.filter((_chunk, index) => !cited.has(index));
  const block = firstText(told);
  return [...supported, ...unplaced.map((chunk) => ({ block, citation: decodeChunk(chunk, undefined, {}) }))];
}

function indicesIn(indices: unknown): number[] {
  return Array.isArray(indices) ? indices.map(countOf).filter((index) => index !== undefined) : [];
}

function decodeChunk(chunk: JsonObject, span: TextSpan | undefined, own: JsonObject): Citation {
  const { web, retrievedContext, ...more } = chunk;
  const others = restOf(more, []);
  const rest = { ...own, ...(others && { chunk: others }) };
  const webUrl = wordOf(objectOf(web)['uri']);
  if (webUrl !== undefined) {
    const page = restOf(objectOf(web), ['uri', 'title']);
    const title = wordOf(objectOf(web)['title']);
    const extensions = extensionsOf(GEMINI, { ...rest, ...(page && { web: page }) });
    return compact({ type: 'url', url: webUrl, title, span, extensions });
  }
  if (!isJsonObject(retrievedContext))
    return compact({ type: 'opaque', dialect: GEMINI, value: chunk, span, extensions: extensionsOf(GEMINI, own) });
  const { uri, title, text } = retrievedContext;
  const source = { title: wordOf(title), citedText: wordOf(text), span };
  const url = stringOf(uri);
  if (url !== undefined && /^https?:\/\//.test(url)) {
    const context = restOf(retrievedContext, ['uri', 'title', 'text']) ?? {};
    return compact({
      type: 'url',
      url,
      ...source,
      extensions: extensionsOf(GEMINI, { ...rest, retrievedContext: context }),
    });
  }
  const context = restOf(retrievedContext, ['title', 'text']);
  return compact({
    type: 'document',
    ...source,
    extensions: extensionsOf(GEMINI, { ...rest, ...(context && { retrievedContext: context }) }),
  });
}

/** What the model repeated from elsewhere. Some of it has a licence only, and no place. */
function readSource(source: JsonObject, told: Told): PlacedCitation[] {
  const { startIndex, endIndex, uri, title, ...more } = source;
  const place = placeOf({ startIndex, endIndex }, told);
  if (place === undefined) return [];
  const { block, span } = place;
  const url = wordOf(uri);
  if (url === undefined) {
    return [{ block, citation: { type: 'opaque', dialect: GEMINI, value: { citationMetadata: source } } }];
  }
  const extensions = { [GEMINI]: { citationMetadata: restOf(more, []) ?? {} } };
  return [{ block, citation: compact({ type: 'url', url, title: wordOf(title), span, extensions }) }];
}

interface Place {
  readonly block: number;
  readonly span: TextSpan | undefined;
}

/**
 * Offsets count bytes of UTF-8 from the beginning of a part (Gemini API reference, Segment). Where the part is no text, or
 * the offsets do not lead to the text that the segment is said to have, the text tells. Undefined for a part still to come.
 */
function placeOf(segment: JsonObject, told: Told): Place | undefined {
  const { texts, parts } = told;
  const named = parts[countOf(segment['partIndex']) ?? 0];
  if (named === undefined) return undefined;
  const part = named?.kind === 'text' ? named : parts.find(({ kind }) => kind === 'text');
  const end = countOf(segment['endIndex']);
  if (part === undefined || end === undefined) return { block: firstText(told), span: undefined };
  const whole = texts[part.block] ?? '';
  const text = whole.slice(part.from);
  const before = countCodePoints(whole.slice(0, part.from));
  const span = { start: codePointsBefore(text, countOf(segment['startIndex']) ?? 0), end: codePointsBefore(text, end) };
  const said = wordOf(segment['text']);
  if (said === undefined || [...text].slice(span.start, span.end).join('') === said) {
    return { block: part.block, span: moved(span, before) };
  }
  const found = text.indexOf(said);
  if (found === -1) return { block: part.block, span: moved(span, before) };
  const start = countCodePoints(text.slice(0, found));
  return { block: part.block, span: moved({ start, end: start + countCodePoints(said) }, before) };
}

function moved({ start, end }: TextSpan, by: number): TextSpan {
  return { start: start + by, end: end + by };
}

function firstText({ texts }: Told): number {
  return Math.min(...Object.keys(texts).map(Number));
}
