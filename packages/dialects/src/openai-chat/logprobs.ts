import type { Block, TokenLogprob, TokenProbability } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { compact } from '../json/json-object.js';
import { objectsOf, stringOf } from '../json/read-json.js';

/** What OpenAI's dialects tell of the tokens of a text; undefined where they tell none. */
export function decodeLogprobs(tokens: unknown): readonly TokenLogprob[] | undefined {
  const decoded = objectsOf(tokens).map((token): TokenLogprob => {
    return { ...decodeToken(token), top: objectsOf(token['top_logprobs']).map(decodeToken) };
  });
  return decoded.length === 0 ? undefined : decoded;
}

function decodeToken(given: JsonObject): TokenProbability {
  const token = stringOf(given['token']) ?? '';
  const { logprob, bytes } = given;
  return compact({
    token,
    // What is not told counts as out of sight. (OpenAI API reference, logprob)
    logprob: typeof logprob === 'number' ? logprob : UNLIKELY,
    bytes: decodeBytes(bytes, token),
  });
}

const UNLIKELY = -9999;

function decodeBytes(bytes: unknown, token: string): readonly number[] | undefined {
  if (!Array.isArray(bytes)) return undefined;
  const numbers = bytes.filter((byte) => typeof byte === 'number');
  return Buffer.from(token).equals(Buffer.from(numbers)) ? undefined : numbers;
}

/** The tokens as either of OpenAI's dialects tells them. */
export function encodeLogprobs(logprobs: readonly TokenLogprob[]): JsonObject[] {
  return logprobs.map((token) => ({ ...encodeToken(token), top_logprobs: token.top.map(encodeToken) }));
}

function encodeToken({ token, logprob, bytes }: TokenProbability): JsonObject {
  return { token, logprob, bytes: bytes ?? [...Buffer.from(token)] };
}

/** The field of a choice that holds the blocks; undefined where they have none. */
export function logprobsOf(blocks: readonly Block[]): JsonObject | undefined {
  const texts = blocks.flatMap((block) => (block.type === 'text' ? (block.logprobs ?? []) : []));
  const refusals = blocks.flatMap((block) => (block.type === 'refusal' ? (block.logprobs ?? []) : []));
  return texts.length + refusals.length === 0 ? undefined : logprobsField(texts, refusals);
}

export function logprobsField(texts: readonly TokenLogprob[], refusals: readonly TokenLogprob[]): JsonObject {
  return {
    content: texts.length === 0 ? null : encodeLogprobs(texts),
    refusal: refusals.length === 0 ? null : encodeLogprobs(refusals),
  };
}
