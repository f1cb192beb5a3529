import { isJsonObject } from '../json/json-object.js';

/** A field that only a completions endpoint can serve, and why no chat can. */
export interface LegacyOnlyField {
  readonly field: string;
  readonly reason: string;
}

/** The first field of a request that a chat cannot serve; undefined for a request that can be asked as a chat. */
export function legacyOnlyField(body: unknown): LegacyOnlyField | undefined {
  if (!isJsonObject(body)) return undefined;
  const { prompt, suffix, echo, best_of: bestOf } = body;
  const choices = typeof body['n'] === 'number' ? body['n'] : 1;
  if (Array.isArray(prompt) && !isOneText(prompt)) {
    return { field: 'prompt', reason: 'a chat answers one prompt of text, not several or one of token ids' };
  }
  if (typeof suffix === 'string' && suffix !== '') {
    return { field: 'suffix', reason: 'a chat cannot write what stands between two texts' };
  }
  if (echo === true) return { field: 'echo', reason: 'a chat does not repeat its prompt' };
  if (typeof bestOf === 'number' && bestOf > choices) {
    return { field: 'best_of', reason: 'a chat gives every choice it makes' };
  }
  return undefined;
}

function isOneText(prompt: readonly unknown[]): boolean {
  return prompt.length === 1 && typeof prompt[0] === 'string';
}
