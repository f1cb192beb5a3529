import type { Sample } from '@switchyard/testkit';
import type { AttemptOpen, Resume } from '@switchyard/wire';

import { startHarness, type AttemptOutcome, type Harness } from '../__fixtures__/attempt-harness.js';
import {
  boundaries,
  CLIENTS,
  readStream,
  UPSTREAMS,
  type StreamClient,
  type StreamUpstream,
} from '../__fixtures__/resumed-streams.js';
import { isStreamSoFar, type StreamSoFar } from './stream-so-far.js';

const PIECES = ['Hello', ' from ', 'a', 'n upstream:\n', '\n1. é🚂', ' and', ' more.'];
const WHOLE = PIECES.join('');

const harnesses = new Map<string, Harness>();

beforeAll(async () => {
  for (const { provider } of UPSTREAMS) harnesses.set(provider, await startHarness({ provider }));
});

afterAll(async () => {
  for (const harness of harnesses.values()) await harness.close();
});

function harnessOf({ provider }: StreamUpstream): Harness {
  const harness = harnesses.get(provider);
  if (harness === undefined) throw new Error(`no harness for ${provider}`);
  return harness;
}

function attempt(
  upstream: StreamUpstream,
  client: StreamClient,
  { request = {}, ...open }: Partial<AttemptOpen> & { readonly request?: Readonly<Record<string, unknown>> } = {},
): Promise<AttemptOutcome> {
  return harnessOf(upstream).run({
    open: { ...client.open, stream: true, rescuable: true, model: upstream.model, ...open },
    body: JSON.stringify({ ...client.request, ...request }),
  });
}

/** A first attempt whose connection breaks after so many bytes of the body. */
async function dying(
  upstream: StreamUpstream,
  client: StreamClient,
  cut: { readonly sample: Sample; readonly atByte: number },
) {
  const ending = { type: 'cut', atByte: cut.atByte } as const;
  harnessOf(upstream).upstream.script({ type: 'stream', payloads: upstream.payloads(cut.sample), ending });
  return attempt(upstream, client);
}

/** What crossed the wire. */
function soFarOf({ end }: AttemptOutcome): StreamSoFar {
  const state: unknown = JSON.parse(JSON.stringify(end.rescue?.state));
  if (!isStreamSoFar(state)) throw new Error(`nothing to go on from: ${JSON.stringify(end)}`);
  return state;
}

function resumeOf(outcome: AttemptOutcome, how: Resume['how']): Resume {
  return { how, state: { hasToolCalls: false, isStructured: false, state: soFarOf(outcome) } };
}

function inPiecesOf(size: number, text: string): readonly string[] {
  const characters = [...text];
  return characters.flatMap((_, at) => (at % size === 0 ? [characters.slice(at, at + size).join('')] : []));
}

/** What the second upstream says, which is another one and cuts its text otherwise. */
function answerOf(how: Resume['how'], soFar: StreamSoFar): Sample {
  const said = how === 'replay' ? WHOLE : WHOLE.slice(soFar.text.trimEnd().length);
  return { id: 'second', pieces: inPiecesOf(4, said), model: 'second-model', inputTokens: 40, outputTokens: 30 };
}

async function resumed(upstream: StreamUpstream, client: StreamClient, first: AttemptOutcome, how: Resume['how']) {
  const payloads = upstream.payloads(answerOf(how, soFarOf(first)));
  harnessOf(upstream).upstream.script({ type: 'stream', payloads });
  return attempt(upstream, client, { ordinal: 2, resume: resumeOf(first, how) });
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

const WAYS = ['prefill', 'replay'] as const;
const PAIRS = CLIENTS.flatMap((client) =>
  UPSTREAMS.map((upstream) => [client.name, upstream.dialect, client, upstream] as const),
);

describe('a stream that dies at any event', () => {
  it.each(PAIRS)('of a %s client from %s is gone on with by another', async (_client, _dialect, client, upstream) => {
    const sample = { pieces: PIECES, inputTokens: 11, outputTokens: 20 };
    const payloads = upstream.payloads(sample);
    let rescued = 0;
    for (const atByte of boundaries(upstream.dialect, payloads)) {
      const first = await dying(upstream, client, { sample, atByte });
      if (first.end.outcome === 'success') continue;
      if (first.head === undefined) {
        expect([first.text, first.end.rescue]).toEqual(['', undefined]);
        continue;
      }
      expect(first.end.rescue).toMatchObject({ hasToolCalls: false, isStructured: false });
      for (const how of WAYS) {
        for (const second of UPSTREAMS.filter(({ canPrefill }) => how === 'replay' || canPrefill)) {
          const outcome = await resumed(second, client, first, how);
          expect(outcome.head).toBeUndefined();
          expect(outcome.end).toMatchObject({
            error: undefined,
            outcome: 'success',
            usage: { inputUncached: 40, output: 30 },
          });
          expectWhole(client, first.text + outcome.text);
          rescued += 1;
        }
      }
    }
    expect(rescued).toBeGreaterThan(upstream.dialect === 'gemini' ? 5 : 8);
  });
});
