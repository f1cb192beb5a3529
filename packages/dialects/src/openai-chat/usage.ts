import { totalInput, type Usage } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { isJsonObject } from '../json/json-object.js';
import { countOf, objectOf } from '../json/read-json.js';

/**
 * Reads a `usage` object. `prompt_tokens` includes cached tokens and `completion_tokens` reasoning tokens (OpenAI API
 * reference, chat completion object), except at xAI, whose `completion_tokens` leave the reasoning out: there the total
 * shows it. Cached tokens are also told as `prompt_cache_hit_tokens` (DeepSeek) and as top-level `cached_tokens` (Moonshot).
 */
export function decodeUsage(usage: unknown): Usage | undefined {
  if (!isJsonObject(usage)) return undefined;
  const prompt = countOf(usage['prompt_tokens']);
  const completion = countOf(usage['completion_tokens']);
  if (prompt === undefined && completion === undefined) return undefined;
  const promptDetails = objectOf(usage['prompt_tokens_details']);
  const completionDetails = objectOf(usage['completion_tokens_details']);
  const cacheRead =
    countOf(promptDetails['cached_tokens']) ??
    countOf(usage['prompt_cache_hit_tokens']) ??
    countOf(usage['cached_tokens']) ??
    0;
  const cacheWrite = decodeCacheWrite(usage, promptDetails);
  const reasoning = countOf(completionDetails['reasoning_tokens']);
  const isReasoningBeside = reasoning !== undefined && sum(prompt, completion, reasoning) === usage['total_tokens'];
  return {
    inputUncached: Math.max(0, sum(prompt) - cacheRead - cacheWrite),
    cacheRead,
    cacheWrite5m: cacheWrite,
    cacheWrite1h: 0,
    output: isReasoningBeside ? sum(completion, reasoning) : sum(completion),
    reasoning,
    audioInput: countOf(promptDetails['audio_tokens']),
    audioOutput: countOf(completionDetails['audio_tokens']),
    raw: usage,
  };
}

/** OpenRouter says `cache_write_tokens`; gateways in front of Anthropic the other names. */
function decodeCacheWrite(usage: JsonObject, promptDetails: JsonObject): number {
  return (
    countOf(promptDetails['cache_write_tokens']) ??
    countOf(promptDetails['cache_creation_tokens']) ??
    countOf(promptDetails['cached_creation_tokens']) ??
    countOf(usage['cache_creation_input_tokens']) ??
    0
  );
}

function sum(...counts: readonly (number | undefined)[]): number {
  return counts.reduce<number>((total, count) => total + (count ?? 0), 0);
}

export function encodeUsage(usage: Usage): JsonObject {
  const prompt = totalInput(usage);
  const cacheWrite = usage.cacheWrite5m + usage.cacheWrite1h;
  return {
    prompt_tokens: prompt,
    completion_tokens: usage.output,
    total_tokens: prompt + usage.output,
    prompt_tokens_details: {
      cached_tokens: usage.cacheRead,
      ...(cacheWrite > 0 && { cache_write_tokens: cacheWrite }),
      ...(usage.audioInput !== undefined && { audio_tokens: usage.audioInput }),
    },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoning ?? 0,
      ...(usage.audioOutput !== undefined && { audio_tokens: usage.audioOutput }),
    },
  };
}
