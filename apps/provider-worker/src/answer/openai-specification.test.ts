import { foldStream, unfoldResponse, type CanonicalResponse, type OpaqueBlock } from '@switchyard/canonical';
import type { ServerToolStep, StreamEvent } from '@switchyard/canonical';
import { createSseScanner, dialectById, type Dialect } from '@switchyard/dialects';
import {
  openaiSpecification,
  sharedFixtures,
  validateOpenaiChatResponse,
  validateOpenaiChatStream,
  validateResponsesResponse,
  validateResponsesStream,
  type Fixture,
} from '@switchyard/testkit';

const specification = openaiSpecification();
const fixtures = sharedFixtures();
const upstreams = [
  ['openai-chat', fixtures.openaiChat],
  ['openai-responses', fixtures.openaiResponses],
  ['anthropic-messages', fixtures.anthropic],
] as const;

/** What a Responses client asked: its answers repeat it. */
const { value: request } = dialectById('openai-responses').decodeRequest({
  model: 'm',
  input: 'Look.',
  instructions: 'Be brief.',
  tools: [
    { type: 'function', name: 'look' },
    { type: 'custom', name: 'edit' },
    { type: 'namespace', name: 'files', description: 'Files.', tools: [{ type: 'function', name: 'list' }] },
  ],
  tool_choice: { type: 'function', name: 'look' },
  reasoning: { effort: 'low', summary: 'auto' },
  text: { format: { type: 'json_object' }, verbosity: 'low' },
  metadata: { a: 'b' },
});

const options = { model: 'm', includeUsage: true, nowSeconds: 1_700_000_000 };

function optionsFor({ dialect }: Pick<Client, 'dialect'>) {
  return dialect.id === 'openai-responses' ? { ...options, request } : options;
}

const CLIENTS = [
  {
    dialect: dialectById('openai-chat'),
    whole: 'CreateChatCompletionResponse',
    event: 'CreateChatCompletionStreamResponse',
    validateWhole: validateOpenaiChatResponse,
    validateStream: validateOpenaiChatStream,
  },
  {
    dialect: dialectById('openai-responses'),
    whole: 'Response',
    event: 'ResponseStreamEvent',
    validateWhole: validateResponsesResponse,
    validateStream: validateResponsesStream,
  },
] as const;

type Client = (typeof CLIENTS)[number];

function step(told: ServerToolStep): OpaqueBlock {
  return { type: 'opaque', dialect: 'anthropic-messages', value: {}, step: told };
}

/** An answer with a block of every kind that any client can be told. */
const EVERYTHING: CanonicalResponse = {
  id: 'answer_1',
  model: 'm',
  createdAt: 1_700_000_000,
  choices: [
    {
      content: [
        { type: 'reasoning', text: 'Hm.', provenance: 'anthropic-messages', signature: 'c2ln' },
        { type: 'redacted-reasoning', data: 'ZGF0YQ==', provenance: 'anthropic-messages' },
        { type: 'text', text: 'Let me ' },
        {
          type: 'text',
          text: 'look.',
          citations: [
            { type: 'url', url: 'https://example.com/a', title: 'a', span: { start: 0, end: 4 } },
            { type: 'url', url: 'https://example.com/b', citedText: 'words' },
            { type: 'file', fileId: 'file-1', title: 'a.pdf' },
          ],
          logprobs: [{ token: 'look', logprob: -0.5, top: [{ token: 'look', logprob: -0.5 }] }],
        },
        { type: 'refusal', text: 'Not there.', logprobs: [{ token: 'Not', logprob: -1, top: [] }] },
        { type: 'tool-call', id: 'call_1', name: 'look', arguments: '{"at":"it"}' },
        { type: 'tool-call', id: 'call_2', name: 'edit', arguments: '{"input":"x"}', freeform: true },
        {
          type: 'tool-call',
          id: 'call_3',
          name: 'files__list',
          arguments: '{}',
          namespaced: { namespace: 'files', name: 'list' },
        },
        step({ tool: 'web-search', id: 's1', call: { queries: ['a'] } }),
        step({ tool: 'web-search', id: 's1', result: { sources: [{ url: 'https://example.com' }] } }),
        step({ tool: 'web-search', id: 's2', call: { queries: ['b'] } }),
        step({ tool: 'web-fetch', id: 's3', call: { url: 'https://example.com' } }),
        step({ tool: 'code-execution', id: 's4', call: { code: '1' } }),
        step({ tool: 'code-execution', id: 's4', result: { output: '1' } }),
      ],
      finish: { reason: 'tool-calls' },
    },
  ],
  usage: { inputUncached: 1, cacheRead: 2, cacheWrite5m: 3, cacheWrite1h: 4, output: 5, reasoning: 2 },
};

function eventsOf(upstream: Dialect, { payloads }: Fixture): StreamEvent[] {
  const decoder = upstream.createStreamDecoder();
  return [...payloads.flatMap((data) => decoder.next({ data })), ...decoder.end()];
}

function encode(client: Client, events: readonly StreamEvent[]): string {
  const encoder = client.dialect.createStreamEncoder(optionsFor(client));
  return events.map((event) => encoder.next(event)).join('');
}

/** What is wrong with a stream, by the specification and by the grammar of its events. */
function problemsOfStream(client: Client, text: string): readonly string[] {
  const scanner = createSseScanner();
  const told = [...scanner.push(Buffer.from(text)), ...scanner.end()].filter(({ data }) => data !== '[DONE]');
  return [
    ...client.validateStream(text),
    ...told
      .map(({ data }): unknown => JSON.parse(data))
      .filter((event) => !isChatError(event))
      .flatMap((event) => specification.check(client.event, event)),
  ];
}

/** The specification does not know the errors within chat streams. */
function isChatError(event: unknown): boolean {
  return typeof event === 'object' && event !== null && 'error' in event && !('type' in event);
}

function problemsOfWhole(client: Client, answer: CanonicalResponse): readonly string[] {
  const body: unknown = JSON.parse(JSON.stringify(client.dialect.encodeResponse(answer, optionsFor(client)).value));
  return [...client.validateWhole(body), ...specification.check(client.whole, body)];
}

describe.each(CLIENTS.map((client) => [client.dialect.id, client] as const))(
  'what %s clients are told',
  (_id, client) => {
    if (!specification.present) {
      it('cannot be held against the specification: ../shared/specs/openai-openapi.json is not there', () => {
        expect(specification.present).toBe(false);
      });
      return;
    }

    it('fits the specification, with a block of every kind', () => {
      expect(problemsOfWhole(client, EVERYTHING)).toEqual([]);
      expect(problemsOfStream(client, encode(client, unfoldResponse(EVERYTHING)))).toEqual([]);
    });

    it('fits the specification where the answer breaks off', () => {
      const error = { code: 'upstream_overloaded', message: 'busy', status: 503 } as const;
      const begun = unfoldResponse(EVERYTHING).slice(0, 12);
      const text = encode(client, [...begun, { type: 'error', error }, { type: 'end' }]);
      expect(client.validateStream(text, { ending: 'error' })).toEqual([]);
      expect(problemsOfStream(client, text)).toEqual([]);
    });

    // Within one dialect the vendor's own fields are told as they came, whether the specification knows them or not.
    const recorded = upstreams
      .filter(([from]) => from !== client.dialect.id)
      .flatMap(([from, list]) => list.map((fixture) => [fixture.name, from, fixture] as const));
    if (recorded.length === 0) return;

    it.each(recorded)('fits the specification for %s', (_name, from, fixture) => {
      const upstream = dialectById(from);
      if (fixture.type === 'whole') {
        expect(problemsOfWhole(client, upstream.decodeResponse(JSON.parse(fixture.payloads[0] ?? '')))).toEqual([]);
        return;
      }
      const events = eventsOf(upstream, fixture);
      expect(problemsOfStream(client, encode(client, events))).toEqual([]);
      const { response } = foldStream(events);
      if (response !== undefined) expect(problemsOfWhole(client, response)).toEqual([]);
    });
  },
);

(specification.present ? it : it.skip)(
  'a whole chat fits the specification, with a call of the custom tool that an openai-chat client declared',
  () => {
    const tools = [{ type: 'custom', custom: { name: 'edit' } }];
    const chat = dialectById('openai-chat');
    const body = { model: 'm', messages: [{ role: 'user', content: 'hi' }], tools };
    const asked = { ...options, request: chat.decodeRequest(body).value };
    const whole: unknown = JSON.parse(JSON.stringify(chat.encodeResponse(EVERYTHING, asked).value));
    expect(JSON.stringify(whole)).toContain('{"name":"edit","input":"x"}');
    expect([...validateOpenaiChatResponse(whole), ...specification.check(CLIENTS[0].whole, whole)]).toEqual([]);
  },
);
