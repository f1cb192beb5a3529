import { totalInput, type Usage } from '@switchyard/canonical';
import fc from 'fast-check';

import { decodeUsage, encodeUsage } from './usage.js';

function buckets(usage: unknown): Partial<Usage> | undefined {
  const decoded = decodeUsage(usage);
  if (decoded === undefined) return undefined;
  const { inputUncached, cacheRead, cacheWrite5m, output, reasoning } = decoded;
  return { inputUncached, cacheRead, cacheWrite5m, output, reasoning };
}

describe('decodeUsage', () => {
  it.each([
    [
      'OpenAI',
      {
        prompt_tokens: 100,
        completion_tokens: 50,
        total_tokens: 150,
        prompt_tokens_details: { cached_tokens: 60 },
        completion_tokens_details: { reasoning_tokens: 30 },
      },
      { inputUncached: 40, cacheRead: 60, cacheWrite5m: 0, output: 50, reasoning: 30 },
    ],
    [
      'DeepSeek',
      { prompt_tokens: 100, completion_tokens: 5, prompt_cache_hit_tokens: 64, prompt_cache_miss_tokens: 36 },
      { inputUncached: 36, cacheRead: 64, cacheWrite5m: 0, output: 5 },
    ],
    [
      'Moonshot',
      { prompt_tokens: 20, completion_tokens: 5, cached_tokens: 10 },
      { inputUncached: 10, cacheRead: 10, cacheWrite5m: 0, output: 5 },
    ],
    [
      'OpenRouter',
      {
        prompt_tokens: 100,
        completion_tokens: 5,
        prompt_tokens_details: { cached_tokens: 10, cache_write_tokens: 50 },
      },
      { inputUncached: 40, cacheRead: 10, cacheWrite5m: 50, output: 5 },
    ],
    [
      'xAI, whose completion tokens leave the reasoning out',
      {
        prompt_tokens: 300,
        completion_tokens: 20,
        total_tokens: 520,
        completion_tokens_details: { reasoning_tokens: 200 },
      },
      { inputUncached: 300, cacheRead: 0, cacheWrite5m: 0, output: 220, reasoning: 200 },
    ],
    [
      'a vendor that counts cached tokens beside the prompt',
      { prompt_tokens: 10, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 90 } },
      { inputUncached: 0, cacheRead: 90, cacheWrite5m: 0, output: 1 },
    ],
    [
      'a vendor with nonsense beside the counts',
      { prompt_tokens: 10, completion_tokens: -4, prompt_tokens_details: { cached_tokens: null } },
      { inputUncached: 10, cacheRead: 0, cacheWrite5m: 0, output: 0 },
    ],
  ])('sorts the tokens of %s into disjoint buckets', (_vendor, usage, expected) => {
    expect(buckets(usage)).toEqual(expected);
    expect(decodeUsage(usage)?.raw).toBe(usage);
  });

  it.each([undefined, null, 7, {}, { prompt_tokens: null }, { total_tokens: 4 }])('finds no usage in %j', (usage) => {
    expect(decodeUsage(usage)).toBeUndefined();
  });
});

describe('encodeUsage', () => {
  it('counts cached tokens within the prompt', () => {
    const usage = { inputUncached: 40, cacheRead: 60, cacheWrite5m: 7, cacheWrite1h: 3, output: 50, reasoning: 30 };
    expect(encodeUsage(usage)).toEqual({
      prompt_tokens: 110,
      completion_tokens: 50,
      total_tokens: 160,
      prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 10 },
      completion_tokens_details: { reasoning_tokens: 30 },
    });
  });

  it('keeps every total through a round', () => {
    const count = fc.nat({ max: 1_000_000 });
    const usage = fc
      .record({ inputUncached: count, cacheRead: count, cacheWrite5m: count, cacheWrite1h: count, output: count })
      .map((buckets_) => ({ ...buckets_, reasoning: Math.floor(buckets_.output / 2) }));
    fc.assert(
      fc.property(usage, (before) => {
        const after = decodeUsage(encodeUsage(before));
        expect(after && totalInput(after)).toBe(totalInput(before));
        expect(after).toMatchObject({
          cacheRead: before.cacheRead,
          output: before.output,
          reasoning: before.reasoning,
        });
      }),
    );
  });
});
