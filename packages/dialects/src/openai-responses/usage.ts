import { totalInput, type Usage } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { isJsonObject } from '../json/json-object.js';
import { countOf, objectOf } from '../json/read-json.js';

/**
 * Reads a `usage` object. `input_tokens` includes cached tokens, both read and written, and `output_tokens` reasoning
 * tokens. (OpenAI API reference, ResponseUsage)
 */
export function decodeUsage(usage: unknown): Usage | undefined {
  if (!isJsonObject(usage)) return undefined;
  const input = countOf(usage['input_tokens']);
  const output = countOf(usage['output_tokens']);
  if (input === undefined && output === undefined) return undefined;
  const details = objectOf(usage['input_tokens_details']);
  const cacheRead = countOf(details['cached_tokens']) ?? 0;
  const cacheWrite = countOf(details['cache_write_tokens']) ?? 0;
  return {
    inputUncached: Math.max(0, (input ?? 0) - cacheRead - cacheWrite),
    cacheRead,
    cacheWrite5m: cacheWrite,
    cacheWrite1h: 0,
    output: output ?? 0,
    reasoning: countOf(objectOf(usage['output_tokens_details'])['reasoning_tokens']),
    raw: usage,
  };
}

export function encodeUsage(usage: Usage): JsonObject {
  const input = totalInput(usage);
  return {
    input_tokens: input,
    input_tokens_details: {
      cached_tokens: usage.cacheRead,
      cache_write_tokens: usage.cacheWrite5m + usage.cacheWrite1h,
    },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: usage.reasoning ?? 0 },
    total_tokens: input + usage.output,
  };
}
