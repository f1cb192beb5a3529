import { frameEvent, sampleAnswer, type Answer } from '@switchyard/testkit';

import { PIECES, RescueHarness, WHOLE } from '../__fixtures__/rescue-harness.js';
import { boundaries, CLIENTS, readStream, UPSTREAMS } from '../__fixtures__/resumed-streams.js';

const SHOWN = 'the "house" model';
const SAMPLE = { pieces: PIECES, model: 'upstream-model' };

let harness: RescueHarness;

beforeAll(async () => {
  harness = await RescueHarness.start();
});

afterAll(() => harness.close());

/** Pairs of one dialect on both sides, whose bytes are handed on. */
const SAME = UPSTREAMS.flatMap((upstream) => {
  const client = CLIENTS.find(({ name }) => name === upstream.dialect);
  return client === undefined ? [] : [[upstream.dialect, client, upstream] as const];
});

describe('the name that an answer is to bear', () => {
  it.each(SAME)(
    'stands in every event of a %s stream that named a model, and changes nothing else',
    async (dialect, client, upstream) => {
      const payloads = upstream.payloads(SAMPLE);
      const plain = payloads.map((payload) => frameEvent(dialect, payload).toString()).join('');
      for (const writeSizes of [[5], [100_000]]) {
        const answer: Answer = { type: 'stream', payloads, writeSizes };
        const { end, text } = await harness.attempt({ upstream, client, answer }, { answerModel: SHOWN });
        expect([...readStream(client, text).models]).toEqual([SHOWN]);
        expect(text.replaceAll(JSON.stringify(SHOWN), '"upstream-model"')).toBe(plain);
        expect(end).toMatchObject({ outcome: 'success', answeredModel: 'upstream-model' });
      }
    },
  );

  it.each(SAME)('stands in a whole %s answer, and changes nothing else', async (dialect, client, upstream) => {
    const answer = sampleAnswer(dialect, SAMPLE);
    const body = `${JSON.stringify('body' in answer ? answer.body : undefined, undefined, 2)}\n`;
    const open = { ...client.open, answerModel: SHOWN, model: upstream.model };
    const { stream: _stream, stream_options: _options, ...request } = client.request;
    harness.of(upstream).upstream.script({ type: 'whole', body });
    const { text } = await harness.of(upstream).run({ open, body: JSON.stringify(request) });
    expect(text).toContain(JSON.stringify(SHOWN));
    expect(text.replace(JSON.stringify(SHOWN), '"upstream-model"')).toBe(body);
  });

  it.each(CLIENTS)(
    'stands in what is translated for a client of $name, and stays when others go on with it',
    async (client) => {
      for (const upstream of UPSTREAMS) {
        const payloads = upstream.payloads(SAMPLE);
        const cut = boundaries(upstream.dialect, payloads).find((_, at) =>
          JSON.stringify(payloads[at]).includes('upstream:'),
        );
        const answer: Answer = { type: 'stream', payloads, ending: { type: 'cut', atByte: cut ?? 0 } };
        const first = await harness.attempt({ upstream, client, answer }, { answerModel: SHOWN });
        for (const second of UPSTREAMS) {
          const rest = await harness.resume({ upstream: second, client, first }, 'replay', { answerModel: 'another' });
          const { models, text } = readStream(client, first.text + rest.text);
          expect([[...models], text]).toEqual([[SHOWN], WHOLE]);
        }
      }
    },
  );

  it('is the upstream’s own where nobody asks for another, and of the streams that others go on with', async () => {
    for (const [dialect, client, upstream] of SAME) {
      const payloads = upstream.payloads(SAMPLE);
      const cut = boundaries(dialect, payloads).find((_, at) => JSON.stringify(payloads[at]).includes('upstream:'));
      const answer: Answer = { type: 'stream', payloads, ending: { type: 'cut', atByte: cut ?? 0 } };
      const first = await harness.attempt({ upstream, client, answer });
      for (const second of UPSTREAMS) {
        const rest = await harness.resume({ upstream: second, client, first }, 'replay');
        expect([...readStream(client, first.text + rest.text).models]).toEqual(['upstream-model']);
      }
    }
  });

  it('stands in an event whose data is on several lines, which is framed anew', async () => {
    const [entry] = SAME;
    if (entry === undefined) throw new Error('no pair');
    const [, client, upstream] = entry;
    const payloads = upstream.payloads(SAMPLE).map((payload) => {
      const data = typeof payload === 'string' ? payload : JSON.stringify(payload, undefined, 1);
      return Buffer.from(
        `: note\n${data
          .split('\n')
          .map((line) => `data: ${line}\n`)
          .join('')}\n`,
      );
    });
    const { text } = await harness.attempt(
      { upstream, client, answer: { type: 'stream', payloads } },
      { answerModel: SHOWN },
    );
    const received = readStream(client, text);
    expect([[...received.models], received.text]).toEqual([[SHOWN], WHOLE]);
  });
});
