import { totalInput, type Usage } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { compact, isJsonObject } from '../json/json-object.js';
import { countOf, objectsOf } from '../json/read-json.js';

/**
 * Reads `usageMetadata`. `promptTokenCount` includes cached tokens; `candidatesTokenCount` leaves thoughts out, and what
 * tools of the server brought in is counted beside the prompt: the total is the sum of prompt, tools, candidates and
 * thoughts. (Gemini API reference, UsageMetadata)
 */
export function decodeUsage(usage: unknown): Usage | undefined {
  if (!isJsonObject(usage)) return undefined;
  const prompt = countOf(usage['promptTokenCount']);
  const candidates = countOf(usage['candidatesTokenCount']);
  const thoughts = countOf(usage['thoughtsTokenCount']);
  if (prompt === undefined && candidates === undefined && thoughts === undefined) return undefined;
  const cacheRead = countOf(usage['cachedContentTokenCount']) ?? 0;
  const input = (prompt ?? 0) + (countOf(usage['toolUsePromptTokenCount']) ?? 0);
  return {
    inputUncached: Math.max(0, input - cacheRead),
    cacheRead,
    cacheWrite5m: 0,
    cacheWrite1h: 0,
    output: (candidates ?? 0) + (thoughts ?? 0),
    reasoning: thoughts,
    audioInput: audioOf(usage['promptTokensDetails']),
    audioOutput: audioOf(usage['candidatesTokensDetails']),
    raw: usage,
  };
}

function audioOf(details: unknown): number | undefined {
  return countOf(objectsOf(details).find((detail) => detail['modality'] === 'AUDIO')?.['tokenCount']);
}

/** Cache writes have no place of their own there; they are prompt tokens. */
export function encodeUsage(usage: Usage): JsonObject {
  const prompt = totalInput(usage);
  return compact({
    promptTokenCount: prompt,
    candidatesTokenCount: usage.output - (usage.reasoning ?? 0),
    totalTokenCount: prompt + usage.output,
    cachedContentTokenCount: usage.cacheRead > 0 ? usage.cacheRead : undefined,
    thoughtsTokenCount: usage.reasoning,
    promptTokensDetails: modalities(prompt, usage.audioInput),
    candidatesTokensDetails: modalities(usage.output - (usage.reasoning ?? 0), usage.audioOutput),
  });
}

/** Told apart only where there was audio. */
function modalities(total: number, audio: number | undefined): readonly JsonObject[] | undefined {
  if (audio === undefined) return undefined;
  return [
    { modality: 'TEXT', tokenCount: total - audio },
    { modality: 'AUDIO', tokenCount: audio },
  ];
}
