import type { Block, Citation, TextSpan } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { extensionsOf, ownFields } from '../extensions/extensions.js';
import { compact, restOf } from '../json/json-object.js';
import { countOf, objectOf, wordOf } from '../json/read-json.js';
import type { CitationLimits } from '../losses/citation-losses.js';
import { countCodePoints } from '../text/code-points.js';

const CHAT = 'openai-chat';
const URL_FIELDS = ['url', 'title', 'start_index', 'end_index'];

export const CHAT_CITATIONS: CitationLimits = {
  fate: (citation) => (isTellable(citation) ? 'carried' : 'dropped'),
  hasSpans: true,
  needText: false,
  quotes: () => false,
};

function isTellable(citation: Citation): boolean {
  return citation.type === 'url' || (citation.type === 'opaque' && citation.dialect === CHAT);
}

/**
 * The annotations of a message as citations of the text that begins `from` code points into it. Indices count characters of
 * the message (OpenAI API reference, annotations), which are code points: the vendor's own examples cut Python strings with
 * them, the end being exclusive.
 */
export function decodeAnnotations(annotations: readonly JsonObject[], from: number): Citation[] {
  return annotations.map((annotation): Citation => {
    const cited = objectOf(annotation['url_citation']);
    const url = wordOf(cited['url']);
    if (url === undefined) return { type: 'opaque', dialect: CHAT, value: annotation };
    return compact({
      type: 'url' as const,
      url,
      title: wordOf(cited['title']),
      span: decodeSpan(cited, from),
      extensions: extensionsOf(CHAT, restOf(cited, URL_FIELDS)),
    });
  });
}

/** Undefined where the indices are not told (seen at xAI), or do not fit the text. */
export function decodeSpan(cited: JsonObject, from = 0): TextSpan | undefined {
  const start = countOf(cited['start_index']);
  const end = countOf(cited['end_index']);
  if (start === undefined || end === undefined || start < from || end < start) return undefined;
  return { start: start - from, end: end - from };
}

/** The texts of a message with the citations that are of each; what lies in none of them goes to the last. Without a text all are left. */
export function withAnnotations(
  blocks: readonly Block[],
  annotations: readonly JsonObject[],
): { readonly blocks: readonly Block[]; readonly annotations: readonly JsonObject[] } {
  const last = blocks.findLastIndex(({ type }) => type === 'text');
  let from = 0;
  let left = annotations;
  const cited = blocks.map((block, index) => {
    if (block.type !== 'text') return block;
    const end = from + countCodePoints(block.text);
    const own = left.filter((annotation) => index === last || startOf(annotation) < end);
    left = left.filter((annotation) => !own.includes(annotation));
    const citations = decodeAnnotations(own, from);
    from = end;
    return citations.length === 0 ? block : { ...block, citations };
  });
  return { blocks: cited, annotations: left };
}

function startOf(annotation: JsonObject): number {
  return countOf(objectOf(annotation['url_citation'])['start_index']) ?? Number.POSITIVE_INFINITY;
}

/** The citations of a text that is `all` of the message, or its piece from `from` on, as annotations. */
export function encodeAnnotations(citations: readonly Citation[], text: string, from: number): JsonObject[] {
  return citations.flatMap((citation): JsonObject[] => {
    if (citation.type === 'opaque') return citation.dialect === CHAT ? [citation.value] : [];
    if (citation.type !== 'url') return [];
    const { start, end } = citation.span ?? { start: 0, end: countCodePoints(text) };
    const cited = {
      ...ownFields(CHAT, citation.extensions),
      start_index: from + start,
      end_index: from + end,
      url: citation.url,
      title: citation.title ?? '',
    };
    return [{ type: 'url_citation', url_citation: cited }];
  });
}

/** The annotations of a message of such blocks, whose texts are joined. */
export function annotationsOf(blocks: readonly Block[]): JsonObject[] {
  let from = 0;
  return blocks.flatMap((block) => {
    if (block.type !== 'text') return [];
    const annotations = encodeAnnotations(block.citations ?? [], block.text, from);
    from += countCodePoints(block.text);
    return annotations;
  });
}
