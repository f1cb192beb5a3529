import type { JsonObject } from '../dialect.js';
import { isJsonObject, parseJson } from '../json/json-object.js';

/**
 * The body of a call with another name wherever it repeats the model of the path: at the top, in each request of a
 * batch, and in the request whose tokens are counted. Google refuses a name that differs from the path's. The body
 * itself where there is nothing to rename. (Gemini API reference, `model` of EmbedContentRequest and CountTokensRequest)
 */
export function renameModel(body: Buffer, model: string): Buffer {
  const value = parseJson(body.toString('utf8'));
  if (!isJsonObject(value)) return body;
  const renamed = rename(value, `models/${model}`);
  return renamed === value ? body : Buffer.from(JSON.stringify(renamed));
}

function rename(object: JsonObject, name: string): JsonObject {
  const changes: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(object)) {
    const changed = renamedField(key, { value, name });
    if (changed !== value) changes[key] = changed;
  }
  return Object.keys(changes).length === 0 ? object : { ...object, ...changes };
}

function renamedField(key: string, { value, name }: { readonly value: unknown; readonly name: string }): unknown {
  switch (key) {
    case 'model':
      return name;
    case 'generateContentRequest':
    case 'generate_content_request':
      return isJsonObject(value) ? rename(value, name) : value;
    case 'requests':
      return Array.isArray(value) ? renameAll(value, name) : value;
    default:
      return value;
  }
}

function renameAll(requests: readonly unknown[], name: string): readonly unknown[] {
  const renamed = requests.map((request) => (isJsonObject(request) ? rename(request, name) : request));
  return renamed.some((request, place) => request !== requests[place]) ? renamed : requests;
}
