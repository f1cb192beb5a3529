import { textsOf, type JsonObject } from './json.js';

/** A category each, flagged where a text has its word. */
const CATEGORIES = ['harassment', 'hate', 'self-harm', 'sexual', 'violence'];

/** A moderations answer; undefined when the request has no texts. */
export function moderate(request: JsonObject): JsonObject | undefined {
  const texts = textsOf(request['input']);
  return texts && { id: 'modr-simulated', model: request['model'], results: texts.map(judge) };
}

function judge(text: string): JsonObject {
  const categories = CATEGORIES.map((category) => [category, text.toLowerCase().includes(category)] as const);
  return {
    flagged: categories.some(([, flagged]) => flagged),
    categories: Object.fromEntries(categories),
    category_scores: Object.fromEntries(categories.map(([category, flagged]) => [category, flagged ? 1 : 0])),
  };
}
