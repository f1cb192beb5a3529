import type { Usage } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { isJsonObject } from '../json/json-object.js';

/**
 * Reads Anthropic's `usage`. `input_tokens` already excludes cache reads and writes, so the buckets are disjoint as they
 * come. Cache writes that the breakdown by lifetime does not explain had the default lifetime, five minutes.
 * (Messages API reference, usage; prompt caching)
 */
export function decodeUsage(usage: unknown): Usage | undefined {
  if (!isJsonObject(usage)) return undefined;
  const breakdown = isJsonObject(usage['cache_creation']) ? usage['cache_creation'] : {};
  const written5m = count(breakdown['ephemeral_5m_input_tokens']);
  const written1h = count(breakdown['ephemeral_1h_input_tokens']);
  const unexplained = count(usage['cache_creation_input_tokens']) - written5m - written1h;
  const output = count(usage['output_tokens']);
  const details = usage['output_tokens_details'];
  return {
    inputUncached: count(usage['input_tokens']),
    cacheRead: count(usage['cache_read_input_tokens']),
    cacheWrite5m: written5m + Math.max(0, unexplained),
    cacheWrite1h: written1h,
    output,
    ...(isJsonObject(details) ? { reasoning: Math.min(output, count(details['thinking_tokens'])) } : {}),
    raw: usage,
  };
}

/** The `usage` of a whole message; all zero where the upstream told nothing, since clients require the object. */
export function encodeUsage(usage: Usage | undefined): JsonObject {
  return {
    input_tokens: usage?.inputUncached ?? 0,
    cache_creation_input_tokens: (usage?.cacheWrite5m ?? 0) + (usage?.cacheWrite1h ?? 0),
    cache_read_input_tokens: usage?.cacheRead ?? 0,
    cache_creation: {
      ephemeral_5m_input_tokens: usage?.cacheWrite5m ?? 0,
      ephemeral_1h_input_tokens: usage?.cacheWrite1h ?? 0,
    },
    output_tokens: usage?.output ?? 0,
    ...(usage?.reasoning === undefined ? {} : { output_tokens_details: { thinking_tokens: usage.reasoning } }),
  };
}

/**
 * The usage of a stream after one more report. Counts are cumulative, so a later one replaces an earlier; what the later
 * report leaves out or gives as null stands. (Streaming messages: token counts in `message_delta` are cumulative)
 */
export function mergeRawUsage(earlier: JsonObject | undefined, later: JsonObject): JsonObject {
  const told = Object.entries(later).filter(([, value]) => value !== null && value !== undefined);
  return { ...earlier, ...Object.fromEntries(told) };
}

function count(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;
}
