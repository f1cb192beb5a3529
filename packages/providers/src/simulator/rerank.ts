import { countWords } from './answer.js';
import { similarity } from './embed.js';
import { isObject, textsOf, type JsonObject } from './json.js';

/**
 * A rerank answer in the shape that Cohere began and others took over: the nearest documents first. Undefined when the
 * request has no query or no documents.
 */
export function rerank(request: JsonObject): JsonObject | undefined {
  const { query, documents, top_n: topN } = request;
  const texts = Array.isArray(documents) ? textsOf(documents.map(documentText)) : undefined;
  if (typeof query !== 'string' || texts === undefined) return undefined;
  const withDocuments = request['return_documents'] === true;
  const results = texts
    .map((text, index) => ({
      index,
      relevance_score: similarity(query, text),
      ...(withDocuments ? { document: { text } } : {}),
    }))
    .toSorted((a, b) => b.relevance_score - a.relevance_score)
    .slice(0, typeof topN === 'number' ? Math.max(1, topN) : texts.length);
  const tokens = texts.reduce((sum, text) => sum + countWords(text), countWords(query));
  return { id: 'rerank-simulated', model: request['model'], results, usage: { total_tokens: tokens } };
}

function documentText(document: unknown): unknown {
  return isObject(document) ? document['text'] : document;
}
