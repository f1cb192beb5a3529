import type { Usage } from '@switchyard/canonical';

/**
 * Reads the `usage` object of an answer beside chat. Vendors name the same counts in two ways (`prompt_tokens` or
 * `input_tokens`), and some tell only their sum, which for embeddings and reranking is all input. Undefined where no
 * tokens are told: some models are paid by the second or by the image. (OpenAI API reference; Cohere, Jina, "rerank")
 */
export function relayUsage(usage: unknown): Usage | undefined {
  const input = count(usage, 'prompt_tokens') ?? count(usage, 'input_tokens');
  const output = count(usage, 'completion_tokens') ?? count(usage, 'output_tokens') ?? 0;
  const total = count(usage, 'total_tokens');
  const told = input ?? (total === undefined ? undefined : Math.max(0, total - output));
  if (told === undefined) return undefined;
  const details = field(usage, 'prompt_tokens_details') ?? field(usage, 'input_tokens_details');
  const cacheRead = Math.min(told, count(details, 'cached_tokens') ?? 0);
  return {
    inputUncached: told - cacheRead,
    cacheRead,
    cacheWrite5m: 0,
    cacheWrite1h: 0,
    output,
    audioInput: count(details, 'audio_tokens'),
    raw: { ...recordOf(usage) },
  };
}

/** A field of an object; undefined where there is no object. */
export function field(value: unknown, name: string): unknown {
  return recordOf(value)[name];
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function count(value: unknown, name: string): number | undefined {
  const told = field(value, name);
  return typeof told === 'number' && Number.isFinite(told) && told >= 0 ? told : undefined;
}
