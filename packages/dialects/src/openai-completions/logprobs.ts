import type { TokenLogprob } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { isJsonObject } from '../json/json-object.js';
import { countCodePoints } from '../text/code-points.js';

/**
 * Token probabilities as lists side by side. `from` is how many code points of the choice's text came before: offsets count
 * the characters of its text.
 */
export function encodeLogprobs(logprobs: readonly TokenLogprob[], from: number): JsonObject {
  let offset = from;
  const text_offset = logprobs.map(({ token }) => {
    const begins = offset;
    offset += countCodePoints(token);
    return begins;
  });
  return {
    tokens: logprobs.map(({ token }) => token),
    token_logprobs: logprobs.map(({ logprob }) => logprob),
    top_logprobs: logprobs.map(({ top }) => Object.fromEntries(top.map(({ token, logprob }) => [token, logprob]))),
    text_offset,
  };
}

/** The same lists as the field of a chat's choice. What is in another form stays as it is. */
export function logprobsAsChat(logprobs: unknown): unknown {
  if (!isJsonObject(logprobs) || !Array.isArray(logprobs['tokens'])) return logprobs;
  const { tokens, token_logprobs: values, top_logprobs: tops, text_offset: _offsets, ...rest } = logprobs;
  const content = tokens.map((token: unknown, index): JsonObject => {
    return {
      token,
      logprob: listOf(values)[index],
      top_logprobs: topsOf(listOf(tops)[index]),
    };
  });
  return { ...rest, content };
}

function topsOf(top: unknown): JsonObject[] {
  return isJsonObject(top) ? Object.entries(top).map(([token, logprob]) => ({ token, logprob })) : [];
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
