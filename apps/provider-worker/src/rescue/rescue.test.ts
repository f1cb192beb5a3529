import type { Sample } from '@switchyard/testkit';
import fc from 'fast-check';

import { PIECES, RescueHarness, WHOLE } from '../__fixtures__/rescue-harness.js';
import {
  boundaries,
  CLIENTS,
  readStream,
  UPSTREAMS,
  type StreamClient,
  type StreamUpstream,
} from '../__fixtures__/resumed-streams.js';

const IS_LONG = process.env['SWITCHYARD_TEST_LONG'] === '1';
const RUNS = IS_LONG ? 5_000 : 100;

let harness: RescueHarness;

beforeAll(async () => {
  harness = await RescueHarness.start();
});

afterAll(() => harness.close());

interface Cut {
  readonly sample: Sample;
  /** The connection breaks after so many bytes of the body. */
  readonly atByte: number;
  /** Picks the upstream that goes on with it, where not all of them do in turn. */
  readonly second: number;
}

/** Cuts a stream and goes on with it in every way, on the upstreams that can. How many times that was. */
async function cutAndRescue(client: StreamClient, upstream: StreamUpstream, cut: Cut): Promise<number> {
  const { sample, atByte } = cut;
  const payloads = upstream.payloads(sample);
  const answer = { type: 'stream', payloads, ending: { type: 'cut', atByte } } as const;
  const first = await harness.attempt({ upstream, client, answer });
  if (first.end.outcome === 'success') {
    // It had given its proof; its usage, or the empty line after its last event, may be missing.
    expect(readStream(client, first.text).text).toBe(WHOLE);
    return 0;
  }
  if (first.head === undefined) {
    expect([first.text, first.end.rescue]).toEqual(['', undefined]);
    return 0;
  }
  if (first.end.rescue === undefined) {
    expect(brokeInOwnReasoning(client, upstream, sample)).toBe(true);
    return 0;
  }
  let rescued = 0;
  for (const how of ['prefill', 'replay'] as const) {
    for (const second of seconds(how, cut)) {
      const outcome = await harness.resume({ upstream: second, client, first }, how);
      expect(outcome.head).toBeUndefined();
      expect(outcome.end).toMatchObject({ outcome: 'success', usage: { inputUncached: 40, output: 30 } });
      expectWhole(client, first.text + outcome.text);
      rescued += 1;
    }
  }
  return rescued;
}

function seconds(how: 'prefill' | 'replay', { second }: Cut): readonly StreamUpstream[] {
  const able = UPSTREAMS.filter(({ canPrefill }) => how === 'replay' || canPrefill);
  return IS_LONG ? able : able.slice(second % able.length).slice(0, 1);
}

function brokeInOwnReasoning(client: StreamClient, upstream: StreamUpstream, { reasoning }: Sample): boolean {
  return reasoning !== undefined && client.open.dialect === upstream.dialect;
}

function expectWhole(client: StreamClient, text: string): void {
  expect(client.validate(text)).toEqual([]);
  const stream = readStream(client, text);
  expect(stream.error).toBeUndefined();
  expect(stream.text).toBe(WHOLE);
  expect([...stream.ids]).toHaveLength(1);
  expect([...stream.models]).toHaveLength(1);
  expect(stream.response?.usage?.output).toBeGreaterThan(0);
}

const SAMPLE: Sample = { pieces: PIECES, inputTokens: 11, outputTokens: 20 };
const REASONED: Sample = { ...SAMPLE, reasoning: { text: 'Let me think.', signature: 'c2lnbmVk' } };
const PAIRS = CLIENTS.flatMap((client) =>
  UPSTREAMS.map((upstream) => [client.name, upstream.dialect, client, upstream] as const),
);

describe('a stream that breaks', () => {
  it.each(PAIRS)('after any event of a %s client from %s is whole in the end', async (_name, _id, client, upstream) => {
    let rescued = 0;
    for (const atByte of boundaries(upstream.dialect, upstream.payloads(SAMPLE))) {
      rescued += await cutAndRescue(client, upstream, { sample: SAMPLE, atByte, second: rescued / 2 });
    }
    expect(rescued).toBeGreaterThanOrEqual(2 * (PIECES.length - 1));
  });

  it.each(PAIRS)('within or after reasoning of a %s client from %s, too', async (_name, _id, client, upstream) => {
    let rescued = 0;
    for (const atByte of boundaries(upstream.dialect, upstream.payloads(REASONED))) {
      rescued += await cutAndRescue(client, upstream, { sample: REASONED, atByte, second: rescued / 2 });
    }
    expect(rescued).toBeGreaterThanOrEqual(2 * (PIECES.length - 1));
  });

  it('at any byte is whole in the end, or never began', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...CLIENTS),
        fc.constantFrom(...UPSTREAMS),
        fc.constantFrom(SAMPLE, REASONED),
        fc.tuple(fc.integer({ min: 0, max: 999 }), fc.nat(3)),
        async (client, upstream, sample, [part, second]) => {
          const total = boundaries(upstream.dialect, upstream.payloads(sample)).at(-1) ?? 0;
          await cutAndRescue(client, upstream, { sample, atByte: Math.floor((part * total) / 1_000), second });
        },
      ),
      { numRuns: RUNS },
    );
  }, 600_000);
});
