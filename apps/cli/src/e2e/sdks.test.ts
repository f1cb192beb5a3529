import {
  errorAnswer,
  frameEvent,
  sampleAnswer,
  startReplayUpstream,
  type ReplayDialect,
  type ReplayUpstream,
} from '@switchyard/testkit';

import { ANTHROPIC_SDK } from './sdks/anthropic-sdk.js';
import { GOOGLE_SDK } from './sdks/google-sdk.js';
import { OPENAI_CHAT_SDK } from './sdks/openai-chat-sdk.js';
import { OPENAI_RESPONSES_SDK } from './sdks/openai-responses-sdk.js';
import { ANSWER_SCHEMA, type SdkClient } from './sdks/sdk-client.js';
import { CALLS, configOf, IMAGE, KEY, outcomesOf, SENT, SYSTEM, UPSTREAMS } from './sdks/upstreams.js';
import { startWorld, type World } from './start-world.js';

const SDKS = [OPENAI_CHAT_SDK, OPENAI_RESPONSES_SDK, ANTHROPIC_SDK, GOOGLE_SDK];
const HELLO = { text: 'Hello from upstream.', tokens: { input: 9, output: 5 } };
const STRUCTURED = { city: 'Oslo', degrees: 7 };

let upstream: ReplayUpstream;
let world: World;

beforeAll(async () => {
  upstream = await startReplayUpstream();
  world = await startWorld({ shape: 'standalone', config: configOf(upstream) });
}, 60_000);

afterEach(() => expect(upstream.takeViolations()).toEqual([]));

afterAll(async () => {
  await world.stop();
  await upstream.close();
}, 30_000);

/** What the upstream got last. */
function sent(): unknown {
  return upstream.requests.at(-1)?.json;
}

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'no error',
    (error: unknown) => error,
  );
}

describe.each(SDKS)('$name', (sdk) => {
  let client: SdkClient;

  beforeAll(() => {
    client = sdk.connect({ url: world.url, apiKey: KEY });
  });

  describe.each(UPSTREAMS)('with an upstream of $dialect', ({ dialect, model }) => {
    it('gets a whole answer and its usage, and its instructions arrive', async () => {
      expect(await client.ask({ model, system: SYSTEM })).toMatchObject({ ...HELLO, finish: sdk.finish.text });
      expect(sent()).toMatchObject(SENT[dialect].system);
    });

    it('gets a stream piece by piece, and its usage', async () => {
      const told = await client.stream({ model, system: SYSTEM });
      expect(told).toMatchObject({ ...HELLO, finish: sdk.finish.text, pieces: ['Hello', ' from', ' upstream.'] });
      expect(sent()).toMatchObject(SENT[dialect].system);
    });

    it('does not count cached tokens twice', async () => {
      upstream.script(
        sampleAnswer(dialect, { cachedTokens: 4 }),
        sampleAnswer(dialect, { cachedTokens: 4, stream: true }),
      );
      expect(await client.ask({ model })).toMatchObject(HELLO);
      expect(await client.stream({ model })).toMatchObject(HELLO);
    });

    it.each([1, 2])('calls a tool, gives its result back and gets the answer, with %i calls at once', async (count) => {
      upstream.script(sampleAnswer(dialect, { toolCalls: CALLS.slice(0, count) }));
      const { calls, finish, text } = await client.converse(model);
      expect(calls).toEqual(toldCalls(count));
      expect([finish, text]).toEqual([sdk.finish.calls, HELLO.text]);
      expectResults(dialect, count);
    });

    it.each([1, 2])('does the same with streamed calls, with %i at once', async (count) => {
      upstream.script(sampleAnswer(dialect, { toolCalls: CALLS.slice(0, count), stream: true }));
      const { calls, finish, text } = await client.converseStreaming(model);
      expect(calls).toEqual(toldCalls(count));
      expect([finish, text]).toEqual([sdk.finish.calls, HELLO.text]);
      expectResults(dialect, count);
    });

    it('gives text and calls of one stream', async () => {
      upstream.script(sampleAnswer(dialect, { pieces: ['Let me', ' look.'], toolCalls: CALLS, stream: true }));
      expect((await client.converseStreaming(model)).calls).toEqual(toldCalls(2));
      expect(upstream.requests.at(-1)?.body.toString()).toMatch(/Let me.*look\./);
    });

    it('gets an answer that fits its schema', async () => {
      const pieces = ['{"city":"Oslo",', '"degrees":7}'];
      upstream.script(sampleAnswer(dialect, { pieces }), sampleAnswer(dialect, { pieces, stream: true }));
      expect((await client.ask({ model, structured: true })).structured).toEqual(STRUCTURED);
      expect(sent()).toMatchObject(SENT[dialect].schema(ANSWER_SCHEMA));
      expect((await client.stream({ model, structured: true })).structured).toEqual(STRUCTURED);
      expect(sent()).toMatchObject(SENT[dialect].schema(ANSWER_SCHEMA));
    });

    it('shows an image', async () => {
      expect((await client.ask({ model, image: IMAGE })).text).toBe(HELLO.text);
      expect(sent()).toMatchObject(SENT[dialect].image);
    });

    it.each([400, 429])('throws its own class for a refusal with %i', async (status) => {
      upstream.script(errorAnswer(dialect, status, 'no, because'), errorAnswer(dialect, status, 'no, because'));
      for (const error of [await rejection(client.ask({ model })), await rejection(client.stream({ model }))]) {
        expect(sdk.isError(error, status)).toBe(true);
        // What is said of the request is handed on; what is said of an account only where the dialect stays.
        if (status === 400) expect(String(error)).toContain('no, because');
      }
    });

    it('throws its own class for a stream that breaks off', async () => {
      upstream.script(cutStream(dialect));
      expect(sdk.isStreamError(await rejection(client.stream({ model })))).toBe(true);
    });
  });

  it('lists the models that its key may use', async () => {
    expect(await client.models()).toEqual(expect.arrayContaining(UPSTREAMS.map(({ model }) => model)));
  });

  it('throws its own class for a model that is not there, and for a wrong key', async () => {
    const missing = await rejection(client.ask({ model: 'nobody/none' }));
    expect(sdk.isError(missing, 404)).toBe(true);
    const stranger = sdk.connect({ url: world.url, apiKey: 'wrong' });
    for (const { model } of UPSTREAMS) {
      expect(sdk.isError(await rejection(stranger.ask({ model })), 401)).toBe(true);
      expect(sdk.isError(await rejection(stranger.stream({ model })), 401)).toBe(true);
    }
  });
});

describe.each(SDKS.filter(({ countsTokens }) => countsTokens))('$name, counting tokens', (sdk) => {
  it.each(UPSTREAMS)('gets a count with an upstream of $dialect', async ({ model }) => {
    expect(await sdk.connect({ url: world.url, apiKey: KEY }).count?.({ model })).toBeGreaterThan(4);
  });
});

function toldCalls(count: number) {
  return CALLS.slice(0, count).map(({ name, arguments: input }) => ({ name, input: JSON.parse(input) }));
}

/** That the upstream got the results of the first so many calls, behind the calls. */
function expectResults(dialect: ReplayDialect, count: number): void {
  expect(sent()).toMatchObject(SENT[dialect].results(outcomesOf(count)));
  for (const { result } of outcomesOf(count)) {
    expect(upstream.requests.at(-1)?.body.toString()).toContain(JSON.stringify(result));
  }
}

/** The sample stream up to its second piece of text. */
function cutStream(dialect: ReplayDialect) {
  const answer = sampleAnswer(dialect, { stream: true });
  if (answer.type !== 'stream') throw new Error('not a stream');
  const until = answer.payloads.findIndex((payload) => JSON.stringify(payload).includes(' from')) + 1;
  const start = answer.payloads.slice(0, until).map((payload) => frameEvent(dialect, payload));
  return { ...answer, ending: { type: 'end-early' as const, atByte: Buffer.concat(start).length } };
}
