import type { ReplayDialect, ReplayUpstream } from '@switchyard/testkit';

import { WEATHER_OF } from './sdk-client.js';

export const KEY = 'client-key-of-the-tests';

export const SYSTEM = 'Be brief.';

/** One transparent pixel. */
export const IMAGE = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

export const CALLS = [
  { id: 'call_one', name: 'weather', arguments: '{"city":"Oslo"}' },
  { id: 'call_two', name: 'weather', arguments: '{"city":"Bergen"}' },
];

/** A model for every dialect that an upstream may speak. */
export const UPSTREAMS: readonly { readonly dialect: ReplayDialect; readonly model: string }[] = [
  { dialect: 'openai-chat', model: 'chat/small' },
  { dialect: 'openai-responses', model: 'responses/small' },
  { dialect: 'anthropic-messages', model: 'claude/sonnet' },
  { dialect: 'gemini', model: 'google/flash' },
];

/** A configuration that reaches the upstream in every dialect. */
export function configOf({ url }: ReplayUpstream): string {
  return `
api-keys: ["${KEY}"]
# Each case finds its credentials well, and streams that break are told.
disable-cooling: true
rescue: { text: error }
openai-compatibility:
  - name: local
    prefix: chat
    base-url: ${url}/v1
    api-key-entries: [{ api-key: upstream-key }]
    models: [{ name: gpt-4.1-mini, alias: small }]
codex-api-key:
  - api-key: upstream-key
    base-url: ${url}/v1
    prefix: responses
    models: [{ name: gpt-5.1, alias: small }]
claude-api-key:
  - api-key: upstream-key
    base-url: ${url}
    prefix: claude
    models: [{ name: claude-sonnet-4-5, alias: sonnet }]
gemini-api-key:
  - api-key: upstream-key
    base-url: ${url}
    prefix: google
    models: [{ name: gemini-2.5-flash, alias: flash }]
`;
}

type Pattern = Readonly<Record<string, unknown>>;

interface Sent {
  readonly system: Pattern;
  readonly image: Pattern;
  readonly schema: (schema: Pattern) => Pattern;
  /** The results, behind the calls themselves. */
  readonly results: (outcomes: readonly Outcome[]) => Pattern;
}

const containing = (...values: readonly Pattern[]): unknown =>
  expect.arrayContaining(values.map((value): unknown => expect.objectContaining(value)));

/** Google's keywords only. */
function withoutClosing({ additionalProperties: _closed, ...schema }: Pattern): Pattern {
  return schema;
}

/** A call and what came of it. */
export interface Outcome {
  readonly id: string;
  readonly name: string;
  readonly input: Pattern;
  /** As text, and as Gemini's clients send it. */
  readonly result: string;
  readonly response: Pattern;
}

/** What comes of the first so many CALLS. */
export function outcomesOf(count: number): readonly Outcome[] {
  return CALLS.slice(0, count).map(({ id, name, arguments: given }) => {
    const input: Readonly<Record<string, string>> = JSON.parse(given);
    const result = WEATHER_OF[input['city'] ?? ''] ?? '';
    return { id, name, input, result, response: { output: result } };
  });
}

/** What a request must hold, in each dialect. */
export const SENT: Readonly<Record<ReplayDialect, Sent>> = {
  'openai-chat': {
    system: { messages: containing({ role: 'system', content: SYSTEM }) },
    image: {
      messages: [
        {
          content: containing({
            type: 'image_url',
            image_url: expect.objectContaining({ url: `data:image/png;base64,${IMAGE}` }),
          }),
        },
      ],
    },
    schema: (schema) => ({ response_format: { type: 'json_schema', json_schema: { schema } } }),
    results: (outcomes) => ({
      messages: [
        { role: 'user' },
        { role: 'assistant', tool_calls: outcomes.map(({ id, name }) => ({ id, function: { name } })) },
        ...outcomes.map(({ id, result }) => ({ role: 'tool', tool_call_id: id, content: result })),
      ],
    }),
  },
  'openai-responses': {
    system: { instructions: SYSTEM },
    image: {
      input: [{ content: containing({ type: 'input_image', image_url: `data:image/png;base64,${IMAGE}` }) }],
    },
    schema: (schema) => ({ text: { format: { type: 'json_schema', schema } } }),
    results: (outcomes) => ({
      input: [
        { role: 'user' },
        ...outcomes.map(({ id, name }) => ({ type: 'function_call', call_id: id, name })),
        ...outcomes.map(({ id, result }) => ({ type: 'function_call_output', call_id: id, output: result })),
      ],
    }),
  },
  'anthropic-messages': {
    system: { system: [{ type: 'text', text: SYSTEM }] },
    image: {
      messages: [
        {
          content: containing({
            type: 'image',
            source: { type: 'base64', media_type: 'image/png', data: IMAGE },
          }),
        },
      ],
    },
    schema: (schema) => ({ output_config: { format: { type: 'json_schema', schema } } }),
    results: (outcomes) => ({
      messages: [
        { role: 'user' },
        {
          role: 'assistant',
          content: outcomes.map(({ id, name, input }) => ({ type: 'tool_use', id, name, input })),
        },
        { role: 'user', content: outcomes.map(({ id }) => ({ type: 'tool_result', tool_use_id: id })) },
      ],
    }),
  },
  gemini: {
    system: { systemInstruction: { parts: [{ text: SYSTEM }] } },
    image: {
      contents: [{ parts: containing({ inlineData: { mimeType: 'image/png', data: IMAGE } }) }],
    },
    schema: (schema) => ({
      generationConfig: { responseMimeType: 'application/json', responseJsonSchema: withoutClosing(schema) },
    }),
    // Where the dialect stays, the SDK hands every event of the model's turn back as a content of its own.
    results: (outcomes) => ({
      contents: containing({
        role: 'user',
        parts: outcomes.map(({ name, response }) => ({
          functionResponse: expect.objectContaining({ name, response }),
        })),
      }),
    }),
  },
};
