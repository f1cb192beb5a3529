import { formatPairs } from './format-pairs.js';
import type { PairMeasurement } from './measure-pairs.js';
import { summarisePairs } from './summarise-pairs.js';

function measurement(
  client: PairMeasurement['client'],
  round: number,
  figures: Partial<PairMeasurement>,
): PairMeasurement {
  const pair = { client, upstream: 'openai-chat' as const, eventsPerChunk: 1 };
  return { ...pair, round, events: 1_000, elapsedMs: 2, cpuMicros: 1_000, allocatedBytes: 900, ...figures };
}

describe('the report on translation', () => {
  // The second round met a machine that was busy with something else.
  const rows = summarisePairs([
    measurement('openai-chat', 0, {}),
    measurement('anthropic-messages', 0, { cpuMicros: 2_000, allocatedBytes: 1_500 }),
    measurement('openai-chat', 1, { cpuMicros: 9_000, allocatedBytes: undefined }),
    measurement('anthropic-messages', 1, { cpuMicros: 18_000, elapsedMs: 20 }),
    measurement('openai-chat', 2, {}),
    measurement('anthropic-messages', 2, { cpuMicros: 2_100, allocatedBytes: 1_500 }),
  ]);

  it('compares with the pass-through of the same stream in the same round, and takes medians', () => {
    expect(rows).toMatchObject([
      { client: 'openai-chat', cpuMicros: 1, ratio: 1, perSecond: 500_000, allocatedBytes: 900 },
      { client: 'anthropic-messages', cpuMicros: 2.1, ratio: 2, perSecond: 500_000, allocatedBytes: 1_500 },
    ]);
  });

  it('is a table', () => {
    expect(formatPairs(rows).split('\n')).toEqual([
      '1 event in a chunk (client ← upstream; per event)',
      '                                  CPU µs  of pass-through  events/s  bytes',
      'openai-chat ← openai-chat           1.00            1.00x    500000    900  pass-through',
      'anthropic-messages ← openai-chat    2.10            2.00x    500000   1500',
    ]);
  });
});
