import { decodeUsage, encodeUsage } from './usage.js';

describe('usage', () => {
  it('takes cached tokens out of the input, and counts reasoning within the output', () => {
    const raw = {
      input_tokens: 100,
      input_tokens_details: { cached_tokens: 60, cache_write_tokens: 30 },
      output_tokens: 20,
      output_tokens_details: { reasoning_tokens: 15 },
      total_tokens: 120,
    };
    const usage = decodeUsage(raw);
    expect(usage).toEqual({
      inputUncached: 10,
      cacheRead: 60,
      cacheWrite5m: 30,
      cacheWrite1h: 0,
      output: 20,
      reasoning: 15,
      raw,
    });
    expect(usage && encodeUsage(usage)).toEqual(raw);
  });

  it('is unknown where nothing is told', () => {
    expect(decodeUsage(null)).toBeUndefined();
    expect(decodeUsage({})).toBeUndefined();
  });
});
