import type { Citation } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { extensionsOf, ownFields } from '../extensions/extensions.js';
import { compact, restOf } from '../json/json-object.js';
import { objectsOf, wordOf } from '../json/read-json.js';
import type { CitationLimits } from '../losses/citation-losses.js';
import { decodeSpan } from '../openai-chat/citations.js';
import { countCodePoints } from '../text/code-points.js';
import { RESPONSES } from './reasoning-proof.js';

const URL_FIELDS = ['type', 'url', 'title', 'start_index', 'end_index'];
const FILE_FIELDS = ['type', 'file_id', 'filename', 'start_index', 'end_index'];

export const RESPONSE_CITATIONS: CitationLimits = { fate: fateOf, hasSpans: true, needText: true, quotes: () => false };

function fateOf(citation: Citation): ReturnType<CitationLimits['fate']> {
  switch (citation.type) {
    case 'url':
    case 'file':
      return 'carried';
    case 'document':
      return citation.fileId === undefined ? 'dropped' : 'approximated';
    case 'opaque':
      return citation.dialect === RESPONSES ? 'carried' : 'dropped';
  }
}

/** The annotations of a part. Their indices count code points of its text, the end exclusive, as those of openai-chat. */
export function decodeAnnotations(annotations: unknown): readonly Citation[] | undefined {
  const citations = objectsOf(annotations).map(decodeAnnotation);
  return citations.length === 0 ? undefined : citations;
}

function decodeAnnotation(annotation: JsonObject): Citation {
  const url = wordOf(annotation['url']);
  const fileId = wordOf(annotation['file_id']);
  const span = decodeSpan(annotation);
  if (annotation['type'] === 'url_citation' && url !== undefined) {
    const extensions = extensionsOf(RESPONSES, restOf(annotation, URL_FIELDS));
    return compact({ type: 'url', url, title: wordOf(annotation['title']), span, extensions });
  }
  if (FILE_TYPES.includes(String(annotation['type'])) && fileId !== undefined) {
    const extensions = extensionsOf(RESPONSES, restOf(annotation, FILE_FIELDS));
    return compact({ type: 'file', fileId, title: wordOf(annotation['filename']), span, extensions });
  }
  return { type: 'opaque', dialect: RESPONSES, value: annotation };
}

const FILE_TYPES: readonly string[] = ['file_citation', 'container_file_citation', 'file_path'];

/** The citations of a part with this text as annotations. */
export function encodeAnnotations(citations: readonly Citation[], text: string): JsonObject[] {
  return citations.flatMap((citation): JsonObject[] => {
    const { start, end } = citation.span ?? { start: 0, end: countCodePoints(text) };
    const own = ownFields(RESPONSES, citation.extensions);
    switch (citation.type) {
      case 'url': {
        const { url, title = '' } = citation;
        return [{ type: 'url_citation', start_index: start, end_index: end, title, url, ...own }];
      }
      case 'file':
        return [encodeFile(citation, { start, end }, own)];
      case 'document':
        return citation.fileId === undefined
          ? []
          : [encodeFile({ ...citation, fileId: citation.fileId }, { start, end }, own)];
      case 'opaque':
        return citation.dialect === RESPONSES ? [citation.value] : [];
    }
  });
}

interface CitedFile {
  readonly fileId: string;
  readonly title?: string | undefined;
}

/**
 * The kinds are told apart by what only they have. A `file_citation` stands at one place of the text, its last character.
 * (Seen in every recording; the API reference calls `index` the place in a list of files.)
 */
function encodeFile({ fileId, title }: CitedFile, span: { start: number; end: number }, own: JsonObject): JsonObject {
  const index = Math.max(span.end - 1, 0);
  if (own['container_id'] !== undefined) {
    const place = { start_index: span.start, end_index: span.end };
    return { type: 'container_file_citation', ...own, file_id: fileId, filename: title ?? '', ...place };
  }
  if (title === undefined && own['index'] !== undefined) return { type: 'file_path', file_id: fileId, ...own };
  return { type: 'file_citation', file_id: fileId, filename: title ?? '', index, ...own };
}
