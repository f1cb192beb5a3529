import { decodeUsage, encodeUsage } from './usage.js';

const NONE = { cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };

describe('decodeUsage', () => {
  it('takes cached tokens out of the prompt, and thoughts into the output', () => {
    const usage = {
      promptTokenCount: 100,
      cachedContentTokenCount: 60,
      toolUsePromptTokenCount: 7,
      candidatesTokenCount: 20,
      thoughtsTokenCount: 30,
      totalTokenCount: 157,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 90 },
        { modality: 'AUDIO', tokenCount: 10 },
      ],
    };
    expect(decodeUsage(usage)).toEqual({
      ...NONE,
      inputUncached: 47,
      cacheRead: 60,
      output: 50,
      reasoning: 30,
      audioInput: 10,
      audioOutput: undefined,
      raw: usage,
    });
  });

  it('counts what is not said as nothing, and knows when nothing is said', () => {
    expect(decodeUsage({ promptTokenCount: 5 })).toMatchObject({ ...NONE, inputUncached: 5, output: 0 });
    expect(decodeUsage({ trafficType: 'ON_DEMAND' })).toBeUndefined();
    expect(decodeUsage(undefined)).toBeUndefined();
  });
});

describe('encodeUsage', () => {
  it('puts the buckets together again', () => {
    const usage = { inputUncached: 40, cacheRead: 60, cacheWrite5m: 5, cacheWrite1h: 0, output: 50, reasoning: 30 };
    expect(encodeUsage({ ...usage, audioInput: 10, audioOutput: 4 })).toEqual({
      promptTokenCount: 105,
      candidatesTokenCount: 20,
      totalTokenCount: 155,
      cachedContentTokenCount: 60,
      thoughtsTokenCount: 30,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 95 },
        { modality: 'AUDIO', tokenCount: 10 },
      ],
      candidatesTokensDetails: [
        { modality: 'TEXT', tokenCount: 16 },
        { modality: 'AUDIO', tokenCount: 4 },
      ],
    });
  });
});
