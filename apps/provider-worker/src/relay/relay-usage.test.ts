import { relayUsage } from './relay-usage.js';

describe('relayUsage', () => {
  it.each([
    ['embeddings', { prompt_tokens: 8, total_tokens: 8 }, { inputUncached: 8, output: 0 }],
    ['rerankers that tell a sum', { total_tokens: 12 }, { inputUncached: 12, output: 0 }],
    [
      'images',
      { input_tokens: 10, output_tokens: 90, total_tokens: 100, input_tokens_details: { cached_tokens: 4 } },
      { inputUncached: 6, cacheRead: 4, output: 90 },
    ],
    [
      'transcripts',
      {
        type: 'tokens',
        input_tokens: 14,
        output_tokens: 5,
        input_token_details: {},
        input_tokens_details: { audio_tokens: 14 },
      },
      { inputUncached: 14, output: 5, audioInput: 14 },
    ],
  ])('reads what %s cost', (_name, usage, expected) => {
    expect(relayUsage(usage)).toMatchObject(expected);
  });

  it.each([[undefined], [null], ['x'], [[]], [{ type: 'duration', seconds: 9 }], [{ prompt_tokens: -1 }]])(
    'tells no tokens of %j',
    (usage) => {
      expect(relayUsage(usage)).toBeUndefined();
    },
  );
});
