import type { Citation } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { extensionsOf, ownFields } from '../extensions/extensions.js';
import { compact, restOf } from '../json/json-object.js';
import { countOf, objectsOf, wordOf } from '../json/read-json.js';
import type { CitationLimits } from '../losses/citation-losses.js';
import { isMadeId, MADE_MARK } from '../made/made-id.js';

export const ANTHROPIC = 'anthropic-messages';

/** Every citation repeats the words of its source and is of its text block as a whole. (Messages API reference, TextCitation) */
export const MESSAGE_CITATIONS: CitationLimits = {
  fate: (citation) => (encodeCitation(citation) === undefined ? 'dropped' : 'carried'),
  hasSpans: false,
  needText: true,
  quotes: (citation) => encodeCitation(citation) !== undefined,
};

/** In place of the proof that a web citation has, where another provider told its source. */
const NO_PROOF = `${MADE_MARK}citation`;

type Location = NonNullable<Extract<Citation, { type: 'document' }>['location']>;

/** The kinds of places within a document, and what their fields are called. */
const LOCATIONS = [
  { type: 'char_location', unit: 'character', start: 'start_char_index', end: 'end_char_index' },
  { type: 'page_location', unit: 'page', start: 'start_page_number', end: 'end_page_number' },
  { type: 'content_block_location', unit: 'block', start: 'start_block_index', end: 'end_block_index' },
] as const;

/** The citations of a text block; undefined where there are none. */
export function decodeCitations(citations: unknown): readonly Citation[] | undefined {
  const decoded = objectsOf(citations).map(decodeCitation);
  return decoded.length === 0 ? undefined : decoded;
}

function decodeCitation(citation: JsonObject): Citation {
  const citedText = wordOf(citation['cited_text']);
  const url = wordOf(citation['url']);
  if (citation['type'] === 'web_search_result_location' && url !== undefined) {
    const title = wordOf(citation['title']);
    const read = ['type', 'url', 'title', 'cited_text', ...(isProven(citation) ? [] : ['encrypted_index'])];
    const rest = restOf(citation, read);
    return compact({ type: 'url', url, title, citedText, extensions: extensionsOf(ANTHROPIC, rest) });
  }
  const source = wordOf(citation['source']);
  // Another source than a web page is a name that only the client knows.
  if (citation['type'] === 'search_result_location' && source !== undefined && /^https?:\/\//.test(source)) {
    const title = wordOf(citation['title']);
    const rest = restOf(citation, ['type', 'source', 'title', 'cited_text']);
    return compact({ type: 'url', url: source, title, citedText, extensions: extensionsOf(ANTHROPIC, rest) });
  }
  return decodeDocumentCitation(citation, citedText) ?? { type: 'opaque', dialect: ANTHROPIC, value: citation };
}

function decodeDocumentCitation(citation: JsonObject, citedText: string | undefined): Citation | undefined {
  const known = LOCATIONS.find(({ type }) => type === citation['type']);
  const documentIndex = countOf(citation['document_index']);
  if (known === undefined || documentIndex === undefined) return undefined;
  const start = countOf(citation[known.start]);
  const end = countOf(citation[known.end]);
  if (start === undefined || end === undefined) return undefined;
  const location: Location = { unit: known.unit, start, end };
  const read = ['type', 'document_index', 'document_title', 'file_id', 'cited_text', known.start, known.end];
  return compact({
    type: 'document' as const,
    documentIndex,
    title: wordOf(citation['document_title']),
    fileId: wordOf(citation['file_id']),
    location,
    citedText,
    extensions: extensionsOf(ANTHROPIC, restOf(citation, read)),
  });
}

/** The citations of an answer, as far as the dialect has such. */
export function encodeCitations(citations: readonly Citation[]): JsonObject[] {
  return citations.map(encodeCitation).filter((citation) => citation !== undefined);
}

/** Whether Anthropic made a web citation: it takes back no others. */
export function isProven({ encrypted_index: proof }: JsonObject): boolean {
  return wordOf(proof) !== undefined && !isMadeId(proof);
}

/** Those of a request that Anthropic made itself: its web citations prove their source with an `encrypted_index`. */
export function encodeOwnCitations(citations: readonly Citation[] = []): JsonObject[] {
  return encodeCitations(citations.filter(isOwnCitation));
}

export function isOwnCitation(citation: Citation): boolean {
  if (citation.type === 'url') {
    const own = ownFields(ANTHROPIC, citation.extensions);
    return isProven(own) || own['search_result_index'] !== undefined;
  }
  return encodeCitation(citation) !== undefined;
}

function encodeCitation(citation: Citation): JsonObject | undefined {
  const own = ownFields(ANTHROPIC, citation.extensions);
  const cited_text = citation.citedText ?? '';
  switch (citation.type) {
    case 'url': {
      const { url, title = null } = citation;
      if (own['search_result_index'] !== undefined) {
        return { type: 'search_result_location', cited_text, source: url, title, ...own };
      }
      return { type: 'web_search_result_location', cited_text, url, title, encrypted_index: NO_PROOF, ...own };
    }
    case 'document':
      return encodeDocumentCitation(citation, own);
    case 'opaque':
      return citation.dialect === ANTHROPIC ? citation.value : undefined;
    case 'file':
      return undefined;
  }
}

/** Documents are cited by their place in the request. */
function encodeDocumentCitation(
  citation: Extract<Citation, { type: 'document' }>,
  own: JsonObject,
): JsonObject | undefined {
  const { documentIndex, location, title = null, fileId = null, citedText = '' } = citation;
  const known = LOCATIONS.find(({ unit }) => unit === location?.unit);
  if (documentIndex === undefined || location === undefined || known === undefined) return undefined;
  return {
    type: known.type,
    cited_text: citedText,
    document_index: documentIndex,
    document_title: title,
    file_id: fileId,
    [known.start]: location.start,
    [known.end]: location.end,
    ...own,
  };
}
