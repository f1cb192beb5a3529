import { z } from 'zod';

// OpenAI: {"object":"list","data":[{"id":…}]}; Anthropic: {"data":[{"type":"model","id":…}],"has_more":…}. Together
// answers with the bare list. (API references of each, "List models")
const entries = z.array(z.object({ id: z.string().min(1) }));
const modelListSchema = z.union([z.object({ data: entries }).transform(({ data }) => data), entries]);

/**
 * The names in an upstream's answer to "list models".
 *
 * @throws an Error that says what came instead.
 */
export function parseModelList(contentType: string, text: string): readonly string[] {
  if (isWebPage(contentType, text)) {
    throw new Error('it answered with a web page: the base-url must be that of the API (most end with /v1)');
  }
  const parsed = modelListSchema.safeParse(parseJson(text));
  if (!parsed.success) throw new Error('it answered with JSON that is no list of models: is the base-url complete?');
  return [...new Set(parsed.data.map(({ id }) => id))].toSorted();
}

/** Whether a page came where an API's answer should be. */
export function isWebPage(contentType: string, text: string): boolean {
  return contentType.includes('html') || /^\s*<(?:!doctype|html)/i.test(text);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error('it answered with what is not JSON: is the base-url that of the API?', { cause });
  }
}
