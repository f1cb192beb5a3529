import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogle } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import { errorAnswer, sampleAnswer, startReplayUpstream, type ReplayUpstream } from '@switchyard/testkit';
import { APICallError, generateText, isStepCount, jsonSchema, Output, streamText, tool, type LanguageModel } from 'ai';

import { ANSWER_SCHEMA, QUESTION, WEATHER, weatherOf } from './sdks/sdk-client.js';
import { CALLS, configOf, IMAGE, KEY, outcomesOf, SENT, SYSTEM, UPSTREAMS, type Outcome } from './sdks/upstreams.js';
import { startWorld, type World } from './start-world.js';

interface AiProvider {
  readonly name: string;
  readonly model: (url: string, model: string) => LanguageModel;
  readonly outcomes: (count: number) => readonly Outcome[];
}

/** Google's provider says the function's name within its result. */
function wrappedOutcomes(count: number): readonly Outcome[] {
  return outcomesOf(count).map((outcome) => {
    const response = { name: outcome.name, content: outcome.result };
    return { ...outcome, result: JSON.stringify(response), response };
  });
}

/** The providers of the ai package, with the addresses their documentation gives. */
const PROVIDERS: readonly AiProvider[] = [
  {
    name: '@ai-sdk/openai (chat)',
    model: (url, id) => createOpenAI({ baseURL: `${url}/v1`, apiKey: KEY }).chat(id),
    outcomes: outcomesOf,
  },
  {
    name: '@ai-sdk/openai (responses)',
    model: (url, id) => createOpenAI({ baseURL: `${url}/v1`, apiKey: KEY }).responses(id),
    outcomes: outcomesOf,
  },
  {
    name: '@ai-sdk/anthropic',
    model: (url, id) => createAnthropic({ baseURL: `${url}/v1`, apiKey: KEY })(id),
    outcomes: outcomesOf,
  },
  {
    name: '@ai-sdk/google',
    model: (url, id) => createGoogle({ baseURL: `${url}/v1beta`, apiKey: KEY })(id),
    outcomes: wrappedOutcomes,
  },
];

// Without it the provider asks a model whose name it does not know for a tool call instead.
const PROVIDER_OPTIONS = { anthropic: { structuredOutputMode: 'outputFormat' } };

const TOOLS = {
  weather: tool({
    description: WEATHER.description,
    inputSchema: jsonSchema<{ city: string }>(WEATHER.schema),
    execute: weatherOf,
  }),
};
const HELLO = 'Hello from upstream.';
const INPUTS = [{ city: 'Oslo' }, { city: 'Bergen' }];

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

function sent(): unknown {
  return upstream.requests.at(-1)?.json;
}

describe.each(PROVIDERS)('$name', (provider) => {
  describe.each(UPSTREAMS)('with an upstream of $dialect', ({ dialect, model: id }) => {
    const common = () => ({
      model: provider.model(world.url, id),
      providerOptions: PROVIDER_OPTIONS,
      maxRetries: 0,
      maxOutputTokens: 100,
    });

    it('generates text about an image', async () => {
      const { text, finishReason, usage } = await generateText({
        ...common(),
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: QUESTION },
              { type: 'file', mediaType: 'image/png', data: IMAGE },
            ],
          },
        ],
      });
      expect([text, finishReason]).toEqual([HELLO, 'stop']);
      expect(usage).toMatchObject({ inputTokens: 9, outputTokens: 5 });
      expect(sent()).toMatchObject(SENT[dialect].image);
    });

    it('streams text, and its instructions arrive', async () => {
      const stream = streamText({ ...common(), instructions: SYSTEM, prompt: QUESTION });
      const pieces: string[] = [];
      for await (const piece of stream.textStream) pieces.push(piece);
      expect(pieces).toEqual(['Hello', ' from', ' upstream.']);
      expect(await stream.finishReason).toBe('stop');
      expect(await stream.usage).toMatchObject({ inputTokens: 9, outputTokens: 5 });
      expect(upstream.requests.at(-1)?.body.toString()).toContain(SYSTEM);
    });

    it('runs tools, and answers with their results', async () => {
      upstream.script(sampleAnswer(dialect, { toolCalls: CALLS }));
      const { text, steps } = await generateText({
        ...common(),
        prompt: QUESTION,
        tools: TOOLS,
        stopWhen: isStepCount(2),
      });
      expect(steps.flatMap((step) => step.toolCalls.map(({ input }) => input))).toEqual(INPUTS);
      expect([text, steps[0]?.finishReason]).toEqual([HELLO, 'tool-calls']);
      expect(sent()).toMatchObject(SENT[dialect].results(provider.outcomes(2)));
    });

    it('runs tools of a stream, and streams the answer to their results', async () => {
      upstream.script(sampleAnswer(dialect, { toolCalls: CALLS, stream: true }));
      const stream = streamText({ ...common(), prompt: QUESTION, tools: TOOLS, stopWhen: isStepCount(2) });
      expect(await stream.text).toBe(HELLO);
      expect((await stream.steps).flatMap((step) => step.toolCalls.map(({ input }) => input))).toEqual(INPUTS);
      expect(sent()).toMatchObject(SENT[dialect].results(provider.outcomes(2)));
    });

    it('generates an object, whole and streamed', async () => {
      const pieces = ['{"city":"Oslo",', '"degrees":7}'];
      const object = { city: 'Oslo', degrees: 7 };
      upstream.script(sampleAnswer(dialect, { pieces }), sampleAnswer(dialect, { pieces, stream: true }));
      const asked = { ...common(), prompt: QUESTION, output: Output.object({ schema: jsonSchema(ANSWER) }) };
      expect((await generateText(asked)).output).toEqual(object);
      expect(sent()).toMatchObject(SENT[dialect].schema(ANSWER_SCHEMA));
      expect(await streamText(asked).output).toEqual(object);
    });

    it('throws its own error for a refusal', async () => {
      upstream.script(errorAnswer(dialect, 400, 'no, because'));
      const error: unknown = await generateText({ ...common(), prompt: QUESTION }).catch((thrown: unknown) => thrown);
      expect(APICallError.isInstance(error)).toBe(true);
      expect(error).toMatchObject({ statusCode: 400, message: expect.stringContaining('no, because') });
    });
  });
});

const ANSWER = { ...ANSWER_SCHEMA, required: [...ANSWER_SCHEMA.required] };
