import type { Operation } from '@switchyard/canonical';

/** What the path of a Gemini call says beside where it goes. (Gemini API reference, methods of `models`) */
export interface GeminiCall {
  /** The name the client uses, with its slashes, and without the `models/` the API puts before it. */
  readonly model: string;
  readonly operation: Operation;
  readonly stream: boolean;
}

const METHODS: Readonly<Record<string, Pick<GeminiCall, 'operation' | 'stream'>>> = {
  generateContent: { operation: 'chat', stream: false },
  streamGenerateContent: { operation: 'chat', stream: true },
};

/**
 * Reads `{model}:{method}`, the part of a path behind `/v1beta/models/`, decoded. Undefined for a method that is not
 * served. The method is what follows the last colon: a model's name may have colons of its own.
 */
export function parseGeminiPath(rest: string): GeminiCall | undefined {
  const colon = rest.lastIndexOf(':');
  const method = METHODS[rest.slice(colon + 1)];
  const model = rest.slice(0, Math.max(0, colon)).replace(/^models\//, '');
  return method === undefined || model === '' ? undefined : { model, ...method };
}
