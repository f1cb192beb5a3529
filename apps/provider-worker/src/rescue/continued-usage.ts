import type { Usage } from '@switchyard/canonical';

import { estimateTokens } from './estimate-usage.js';
import type { StreamSoFar } from './stream-so-far.js';

export type ResumeHow = 'prefill' | 'replay';

/**
 * The usage for a client whose answer came from several attempts: what it asked and received, counted once. The input is
 * what the first attempt said; where that never said it, the input of this one, which in a prefill includes the answer so
 * far. Of the output, reasoning is what the client was shown: that of an attempt that goes on is kept from it.
 */
export function continuedUsage(soFar: StreamSoFar, how: ResumeHow, own: Usage): Usage {
  const spoken = estimateTokens(soFar.text);
  const shown =
    how === 'prefill' ? Math.max(soFar.usage?.output ?? 0, spoken + soFar.reasoningTokens) : soFar.reasoningTokens;
  const { raw: _raw, reasoning = 0, ...counts } = own;
  const { inputUncached, cacheRead, cacheWrite5m, cacheWrite1h, audioInput } =
    soFar.usage ?? withoutPrefill(counts, how === 'prefill' ? spoken : 0);
  return {
    ...counts,
    inputUncached,
    cacheRead,
    cacheWrite5m,
    cacheWrite1h,
    audioInput,
    output: shown + Math.max(0, own.output - reasoning),
    reasoning: soFar.reasoningTokens === 0 ? undefined : soFar.reasoningTokens,
  };
}

/** The part of the answer that was sent along is the end of the prompt, which no cache held before. */
function withoutPrefill(own: Usage, tokens: number): Usage {
  const inputUncached = Math.max(0, own.inputUncached - tokens);
  const rest = Math.max(0, tokens - own.inputUncached);
  return { ...own, inputUncached, cacheRead: Math.max(0, own.cacheRead - rest) };
}
