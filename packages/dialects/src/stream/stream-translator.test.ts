import { isContentEvent, DIALECT_IDS, type StreamEvent } from '@switchyard/canonical';
import fc from 'fast-check';

import { arbitraryCommonResponse } from '../laws/arbitrary-response.js';
import { chopStream, createDice } from '../laws/chop-stream.js';
import { runs } from '../laws/dialect-laws.js';
import { decodeStream, encodeStream, options, scan } from '../laws/stream-bytes.js';
import { dialectById } from '../registry/dialects.js';
import { StreamTranslator, type StreamStep } from './stream-translator.js';

type Pair = readonly [upstream: (typeof DIALECT_IDS)[number], client: (typeof DIALECT_IDS)[number]];

const pairs = DIALECT_IDS.flatMap((from) => DIALECT_IDS.map((to): Pair => [from, to]));

interface Outcome {
  readonly text: string;
  readonly last: StreamStep;
  readonly observed: readonly StreamEvent[];
}

function translate([upstream, client]: Pair, chunks: readonly Buffer[]): Outcome {
  const observed: StreamEvent[] = [];
  const translator = new StreamTranslator({
    upstream: dialectById(upstream),
    encoder: client === upstream ? undefined : dialectById(client).createStreamEncoder(options),
    toolNames: new Map(),
    observe: (event) => observed.push(event),
  });
  const bytes: Buffer[] = [];
  for (const chunk of chunks) {
    const step = translator.push(chunk);
    bytes.push(...step.bytes);
    if (step.ended || step.error !== undefined) return { text: Buffer.concat(bytes).toString(), last: step, observed };
  }
  const last = translator.end();
  return { text: Buffer.concat([...bytes, ...last.bytes]).toString(), last, observed };
}

function split(bytes: Buffer, seed: number): Buffer[] {
  const roll = createDice(seed);
  const chunks: Buffer[] = [];
  for (let start = 0; start < bytes.length;) {
    const length = 1 + roll(roll(2) === 0 ? 20 : 600);
    chunks.push(bytes.subarray(start, start + length));
    start += length;
  }
  return chunks;
}

describe.each(pairs)('a stream of %s for a client that speaks %s', (upstream, client) => {
  const dialect = dialectById(upstream);
  const answers = arbitraryCommonResponse(upstream, client);

  it('is the same however its bytes are split: untouched, or decoded and encoded', () => {
    fc.assert(
      fc.property(answers, fc.nat(), (answer, seed) => {
        const bytes = encodeStream(dialect, chopStream(answer, seed));
        const events = decodeStream(dialect, scan([bytes]));
        const { text, last, observed } = translate([upstream, client], split(bytes, seed));
        expect(text).toBe((upstream === client ? bytes : encodeStream(dialectById(client), events)).toString());
        expect(last).toMatchObject({ ended: true, content: events.some(isContentEvent), error: undefined });
        expect(observed).toEqual(events);
      }),
      runs(60),
    );
  });

  const begun = encodeStream(dialect, [
    { type: 'start', id: 'id_1', model: 'm' },
    { type: 'text-start', choice: 0, index: 0 },
    { type: 'text-delta', choice: 0, index: 0, text: 'so far' },
  ]);

  it('hands on whole events up to the one that breaks, and says what was wrong', () => {
    const { text, last } = translate([upstream, client], [Buffer.concat([begun, Buffer.from('data: {oops\n\n')])]);
    expect(text).toContain('so far');
    expect(text).not.toContain('oops');
    expect(last).toMatchObject({ ended: false, content: true, error: { code: 'upstream_malformed' } });
  });

  it('that closes in the middle of an event was cut off', () => {
    const { text, last } = translate([upstream, client], [begun, Buffer.from('data: {"half')]);
    expect(text).toContain('so far');
    expect(text).not.toContain('half');
    expect(last.error).toMatchObject({ code: 'upstream_truncated' });
  });

  it('does not count text that came with the end of a cut stream, for it is not handed on', () => {
    const { text, last } = translate([upstream, client], [begun.subarray(0, -1)]);
    expect(last).toMatchObject({ content: false, ended: false, error: { code: 'upstream_truncated' } });
    expect(text).not.toContain('so far');
  });
});

describe('a long event of a translated stream', () => {
  it('has the same bytes as a short one: quotes, controls, accents, emoji and halves of them', () => {
    const text = fc.string({ unit: 'binary', minLength: 1 }).map((piece) => piece.repeat(4_000 / piece.length + 1));
    fc.assert(
      fc.property(fc.oneof(text, fc.constant('\ud83d\ude00\ud800 "é'.repeat(500))), (said) => {
        const begun = encodeStream(dialectById('openai-chat'), [
          { type: 'start', id: 'id_1', model: 'm' },
          { type: 'text-start', choice: 0, index: 0 },
          { type: 'text-delta', choice: 0, index: 0, text: said },
        ]);
        const events = dialectById('openai-chat').createStreamDecoder();
        const told = scan([begun]).flatMap((event) => events.next(event));
        const { text: seen } = translate(['openai-chat', 'anthropic-messages'], [begun]);
        expect(seen).toBe(encodeStream(dialectById('anthropic-messages'), told).toString());
      }),
      runs(40),
    );
  });
});

describe('a stream of openai-chat that passes through', () => {
  const choices = [{ index: 0, delta: { content: 'Hi' }, finish_reason: 'stop' }];
  const finished = `data: ${JSON.stringify({ id: 'a', model: 'm', choices })}\n\n`;

  it.each(['d', 'data', 'data: ', 'data: \n'])('leaves out %j, cut off after the proof of the end', (rest) => {
    const { text, last } = translate(['openai-chat', 'openai-chat'], [Buffer.from(finished + rest)]);
    expect(text).toBe(finished);
    expect(last).toEqual({ bytes: [], content: true, error: undefined, ended: true });
  });

  it('hands on a last event without its empty line', () => {
    const { text, last } = translate(['openai-chat', 'openai-chat'], [Buffer.from(`${finished}data: [DONE]`)]);
    expect(text).toBe(`${finished}data: [DONE]`);
    expect(last).toMatchObject({ error: undefined, ended: true });
  });

  it('does not count text beside an error in the same event', () => {
    const both = [
      { index: 0, delta: { content: 'Hi' }, finish_reason: null },
      { index: 1, delta: {}, finish_reason: 'error' },
    ];
    const chunk = `data: ${JSON.stringify({ id: 'a', model: 'm', choices: both })}\n\n`;
    const { last } = translate(['openai-chat', 'openai-chat'], [Buffer.from(chunk)]);
    expect(last).toMatchObject({ content: false, bytes: [], error: { code: 'upstream_server_error' } });
  });
});
