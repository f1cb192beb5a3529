import {
  checkStreamGrammar,
  foldStream,
  type CanonicalRequest,
  type CanonicalResponse,
  type StreamEvent,
} from '@switchyard/canonical';
import fc from 'fast-check';

import type { Dialect, JsonObject } from '../dialect.js';
import { isJsonObject, parseJson } from '../json/json-object.js';
import { dialectById } from '../registry/dialects.js';
import type { SseEvent } from '../sse/scan-sse.js';
import { conversations } from './arbitrary-request.js';
import { arbitraryResponse } from './arbitrary-response.js';
import { chopStream, createDice } from './chop-stream.js';
import { comparable } from './comparable.js';
import { decodeStream, decodeStreamMoving, encodeStream, encodeStreamMoving, options, scan } from './stream-bytes.js';

const LONG = process.env['SWITCHYARD_TEST_LONG'] === '1';

/** How often a law is tried: modestly, or ten times as often in long runs. */
export function runs(count: number): { readonly numRuns: number } {
  return { numRuns: LONG ? count * 10 : count };
}

/** The laws that every dialect obeys. */
export function describeDialectLaws(dialect: Dialect): void {
  const answers = arbitraryResponse(dialect.id);
  describe(`the laws, for ${dialect.id}`, () => {
    describeRoundTrips(dialect, answers);
    describeCuts(dialect, answers);
    describeTolerance(dialect, answers);
    describeRequests(dialect);
  });
}

type Answers = fc.Arbitrary<CanonicalResponse>;

const seeds = fc.nat();

function describeRoundTrips(dialect: Dialect, answers: Answers): void {
  it('an answer survives its own dialect, whole or streamed, and both fold to the same', () => {
    fc.assert(
      fc.property(answers, seeds, (answer, seed) => {
        const whole = dialect.decodeResponse(JSON.parse(JSON.stringify(dialect.encodeResponse(answer, options).value)));
        const events = decodeStream(dialect, scan([encodeStream(dialect, chopStream(answer, seed))]));
        expect(checkStreamGrammar(events)).toEqual([]);
        expect(comparable(foldStream(events).response)).toEqual(comparable(answer));
        expect(comparable(whole)).toEqual(comparable(answer));
      }),
      runs(150),
    );
  });

  it('any split of the bytes gives the same events', () => {
    fc.assert(
      fc.property(answers, seeds, (answer, seed) => {
        const bytes = encodeStream(dialect, chopStream(answer, seed));
        expect(scan(split(bytes, seed))).toEqual(scan([bytes]));
      }),
      runs(100),
    );
  });

  it('the state of both machines survives a move to another worker between any two events', () => {
    fc.assert(
      fc.property(answers, seeds, (answer, seed) => {
        const events = chopStream(answer, seed);
        const bytes = encodeStream(dialect, events);
        expect(encodeStreamMoving(dialect, events).toString()).toBe(bytes.toString());
        expect(decodeStreamMoving(dialect, scan([bytes]))).toEqual(decodeStream(dialect, scan([bytes])));
      }),
      runs(50),
    );
  });
}

function describeCuts(dialect: Dialect, answers: Answers): void {
  it('a stream cut at every byte in turn is never presented as a finished answer', () => {
    const [answer] = fc.sample(answers, { numRuns: 1, seed: 1 });
    if (answer === undefined) throw new Error('no answer to cut');
    const single = { ...answer, choices: answer.choices.slice(0, 1) };
    const bytes = encodeStream(dialect, chopStream(single, 1));
    for (const cut of bytes.keys()) expectHonestCut(dialect, single, bytes.subarray(0, cut));
  });

  it('a stream cut at any byte is never presented as a finished answer', () => {
    fc.assert(
      fc.property(answers, seeds, (answer, seed) => {
        // One choice: a chunk stream does not tell how many choices will come, so a cut between two cannot be seen.
        const single = { ...answer, choices: answer.choices.slice(0, 1) };
        const bytes = encodeStream(dialect, chopStream(single, seed));
        for (const cut of cuts(bytes, seed)) expectHonestCut(dialect, single, bytes.subarray(0, cut));
      }),
      runs(40),
    );
  });
}

function describeTolerance(dialect: Dialect, answers: Answers): void {
  it('an unknown field of an event neither fails the stream nor vanishes', () => {
    fc.assert(
      fc.property(answers, seeds, (answer, seed) => {
        const events = scan([encodeStream(dialect, chopStream(answer, seed))]);
        const places = events.flatMap((event, place) => (carriesContent(event) ? [place] : []));
        const place = places[createDice(seed)(places.length)] ?? 0;
        expectKept(dialect, answer, events.with(place, withField(events[place])));
      }),
      runs(100),
    );
  });

  it('an unknown event neither fails the stream nor vanishes', () => {
    const stray: SseEvent = {
      event: 'x_unknown',
      data: '{"type":"x_unknown","object":"x_unknown","x_note":"marker"}',
    };
    fc.assert(
      fc.property(answers, seeds, (answer, seed) => {
        const events = scan([encodeStream(dialect, chopStream(answer, seed))]);
        expectKept(dialect, answer, events.toSpliced(1, 0, stray));
      }),
      runs(50),
    );
  });

  it('bytes of any kind are read without throwing, and end as the grammar says', () => {
    const lines = fc.oneof(
      fc.string(),
      fc.json().map((text) => `data: ${text}`),
      fc.constant('event: error'),
      fc.constant(''),
    );
    fc.assert(
      fc.property(fc.array(lines), (text) => {
        const events = decodeStream(dialect, scan([Buffer.from(`${text.join('\n')}\n\n`)]));
        expect(checkStreamGrammar(events)).toEqual([]);
        expect(foldStream(events).error).toBeDefined();
      }),
      runs(200),
    );
  });
}

function describeRequests(dialect: Dialect): void {
  const encode = (request: CanonicalRequest) => dialect.encodeRequest(request, { model: 'm' }).value;

  it('a conversation and the same one turn later share their bytes, so that a prompt cache stays warm', () => {
    fc.assert(
      fc.property(conversations, ([now, later]) => {
        const body = encode(now);
        // A legacy completion has the whole conversation in one text.
        if (typeof body['prompt'] === 'string') {
          expect(String(encode(later)['prompt']).slice(0, body['prompt'].length)).toBe(body['prompt']);
          return;
        }
        const text = JSON.stringify(body);
        const last = JSON.stringify(lastTurn(body));
        const end = text.lastIndexOf(last) + last.length;
        expect(JSON.stringify(encode(later)).slice(0, end)).toBe(text.slice(0, end));
      }),
      runs(150),
    );
  });

  it('a request of its own comes out of the neutral form as it went in', () => {
    fc.assert(
      fc.property(conversations, ([request]) => {
        const body = JSON.parse(JSON.stringify(encode(request)));
        expect(encode(dialect.decodeRequest(body, { model: request.model, stream: request.stream }).value)).toEqual(
          body,
        );
      }),
      runs(100),
    );
  });

  it('what only the server of another API keeps is carried or refused by name, never dropped', () => {
    const body = { model: 'm', input: 'go on', previous_response_id: 'resp_1' };
    const { value } = dialectById('openai-responses').decodeRequest(body);
    const carry = () => encode(value);
    if (dialect.id === 'openai-responses') expect(carry()).toMatchObject({ previous_response_id: 'resp_1' });
    else
      expect(carry).toThrow(expect.objectContaining({ code: 'untranslatable_field', param: 'previous_response_id' }));
  });
}

/** The last turn of the conversation, wherever a dialect has it. */
function lastTurn(body: JsonObject): unknown {
  return [body['messages'], body['input'], body['contents']].find(Array.isArray)?.at(-1);
}

/** Some places to cut the bytes at. Another law cuts one answer at every byte. */
export function cuts(bytes: Buffer, seed: number): number[] {
  const roll = createDice(seed);
  return Array.from({ length: 25 }, () => roll(bytes.length));
}

function split(bytes: Buffer, seed: number): Buffer[] {
  const roll = createDice(seed);
  const chunks: Buffer[] = [];
  for (let start = 0; start < bytes.length;) {
    const length = 1 + roll(roll(2) === 0 ? 3 : 60);
    chunks.push(bytes.subarray(start, start + length));
    start += length;
  }
  return chunks;
}

/** Once the terminal proof is through, a cut may cost the usage, but nothing of the answer. */
function expectHonestCut(dialect: Dialect, answer: CanonicalResponse, bytes: Buffer): void {
  const events = decodeStream(dialect, scan([bytes]));
  expect(checkStreamGrammar(events)).toEqual([]);
  const folded = foldStream(events);
  if (folded.response === undefined) {
    expect(folded.error).toBeDefined();
    expectErrorForClient(dialect, events);
    return;
  }
  const usage = folded.response.usage ?? answer.usage;
  expect(comparable({ ...folded.response, usage })).toEqual(comparable(answer));
}

function expectErrorForClient(dialect: Dialect, events: readonly StreamEvent[]): void {
  const seen = decodeStream(dialect, scan([encodeStream(dialect, events)]));
  expect(foldStream(seen).error).toBeDefined();
}

/** Pings and ends say nothing, so what rides on them is not looked at. */
function carriesContent(event: SseEvent): boolean {
  const value = parseJson(event.data);
  return isJsonObject(value) && value['type'] !== 'ping' && !isUsageOnly(value);
}

/** OpenAI's usage comes after the answer is finished, so nothing of the answer can hold what rides on it. */
function isUsageOnly(value: Readonly<Record<string, unknown>>): boolean {
  return Array.isArray(value['choices']) && value['choices'].length === 0;
}

function withField(event: SseEvent | undefined): SseEvent {
  const value = parseJson(event?.data ?? '');
  return { ...event, data: JSON.stringify(isJsonObject(value) ? { ...value, x_note: 'marker' } : value) };
}

function expectKept(dialect: Dialect, answer: CanonicalResponse, events: readonly SseEvent[]): void {
  const decoded = decodeStream(dialect, events);
  expect(checkStreamGrammar(decoded)).toEqual([]);
  const { response } = foldStream(decoded);
  expect(response?.choices.map((choice) => choice.content.length)).toEqual(
    answer.choices.map((choice) => choice.content.length),
  );
  expect(JSON.stringify(response)).toContain('"x_note":"marker"');
}
