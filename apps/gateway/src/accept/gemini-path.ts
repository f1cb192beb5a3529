import type { Operation } from '@switchyard/canonical';
import type { AttemptOpen } from '@switchyard/wire';

/** What the path of a Gemini call says beside where it goes. (Gemini API reference, methods of `models`) */
export interface GeminiCall {
  /** The name the client uses, with its slashes, and without the `models/` the API puts before it. */
  readonly model: string;
  /** The method's own name. */
  readonly method: string;
  readonly operation: Operation;
  readonly stream: boolean;
}

const METHODS: ReadonlyMap<string, Pick<GeminiCall, 'operation' | 'stream'>> = new Map([
  ['generateContent', { operation: 'chat', stream: false }],
  ['streamGenerateContent', { operation: 'chat', stream: true }],
  ['countTokens', { operation: 'count-tokens', stream: false }],
  ['embedContent', { operation: 'embeddings', stream: false }],
  ['batchEmbedContents', { operation: 'embeddings', stream: false }],
]);

/**
 * Reads `{model}:{method}`, the part of a path behind `/v1beta/models/`, decoded. Undefined for a method that is not
 * served. The method is what follows the last colon: a model's name may have colons of its own.
 */
export function parseGeminiPath(rest: string): GeminiCall | undefined {
  const colon = rest.lastIndexOf(':');
  const method = rest.slice(colon + 1);
  const asked = METHODS.get(method);
  const model = rest.slice(0, Math.max(0, colon)).replace(/^models\//, '');
  return asked === undefined || model === '' ? undefined : { model, method, ...asked };
}

/** Without `alt=sse` a stream is one JSON array, whose elements come one by one. (Google APIs, system parameters: `alt`) */
export function framingOf(url: string): AttemptOpen['framing'] {
  const query = url.indexOf('?');
  const alt = query < 0 ? null : new URLSearchParams(url.slice(query)).get('alt');
  return alt?.toLowerCase() === 'sse' ? undefined : 'json-array';
}
