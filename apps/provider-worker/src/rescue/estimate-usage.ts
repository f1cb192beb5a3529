import { totalInput, type CanonicalRequest, type Usage } from '@switchyard/canonical';

import { countableOf } from '../count-tokens/countable.js';

/** A token of English is about four bytes. (OpenAI help, "What are tokens and how to count them?") */
const BYTES_PER_TOKEN = 4;

/** About how many tokens a text has; for where a tokenizer would cost more than an error does. */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN);
}

export interface UsageFacts {
  /** What the upstream said before it died. */
  readonly told: Usage | undefined;
  readonly request: CanonicalRequest;
  /** An estimate of what it had said by then. */
  readonly output: number;
}

/** What an attempt has used that died before it could say so; undefined where it said enough. */
export function estimateUsage({ told, request, output }: UsageFacts): Usage | undefined {
  if (told !== undefined && told.output >= output && totalInput(told) > 0) return undefined;
  if (told !== undefined && totalInput(told) > 0) return { ...told, output };
  const { texts, fixed } = countableOf(request);
  const input = texts.reduce((sum, text) => sum + estimateTokens(text), fixed);
  return { inputUncached: input, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output };
}
