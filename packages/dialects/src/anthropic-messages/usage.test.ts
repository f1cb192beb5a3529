import { decodeUsage, encodeUsage, mergeRawUsage } from './usage.js';

describe('decodeUsage', () => {
  it('keeps the buckets disjoint and the raw usage beside them', () => {
    const raw = {
      input_tokens: 10,
      cache_read_input_tokens: 200,
      cache_creation_input_tokens: 50,
      cache_creation: { ephemeral_5m_input_tokens: 20, ephemeral_1h_input_tokens: 30 },
      output_tokens: 9,
      output_tokens_details: { thinking_tokens: 4 },
    };
    expect(decodeUsage(raw)).toEqual({
      inputUncached: 10,
      cacheRead: 200,
      cacheWrite5m: 20,
      cacheWrite1h: 30,
      output: 9,
      reasoning: 4,
      raw,
    });
  });

  it('counts cache writes without a breakdown as five minute ones', () => {
    expect(decodeUsage({ cache_creation_input_tokens: 7 })).toMatchObject({ cacheWrite5m: 7, cacheWrite1h: 0 });
  });

  it.each([[{ input_tokens: -5, output_tokens: null }], [{ input_tokens: 'many', cache_creation: 3 }], [{}]])(
    'never goes below zero: %j',
    (raw) => {
      expect(decodeUsage(raw)).toMatchObject({
        inputUncached: 0,
        cacheRead: 0,
        cacheWrite5m: 0,
        cacheWrite1h: 0,
        output: 0,
      });
    },
  );

  it('gives nothing for what is no object', () => {
    expect(decodeUsage(null)).toBeUndefined();
    expect(decodeUsage(undefined)).toBeUndefined();
  });

  it('reads what it writes', () => {
    const usage = { inputUncached: 1, cacheRead: 2, cacheWrite5m: 3, cacheWrite1h: 4, output: 5, reasoning: 2 };
    expect(decodeUsage(encodeUsage(usage))).toMatchObject(usage);
  });
});

describe('mergeRawUsage', () => {
  it('replaces counts by later ones and keeps what the later report leaves out', () => {
    const merged = mergeRawUsage(
      { input_tokens: 43, cache_read_input_tokens: 5, output_tokens: 1 },
      { input_tokens: 61, cache_read_input_tokens: null, output_tokens: 2 },
    );
    expect(merged).toEqual({ input_tokens: 61, cache_read_input_tokens: 5, output_tokens: 2 });
  });
});
