import { checkStreamGrammar, foldStream, type StreamEvent } from '@switchyard/canonical';

import { decodeStream } from '../laws/stream-bytes.js';
import { openaiResponses } from './dialect.js';

type Event = Readonly<Record<string, unknown>>;

const RESPONSE = { id: 'resp_1', object: 'response', created_at: 1_700_000_000, model: 'gpt', output: [] };
const CREATED: Event = { type: 'response.created', response: { ...RESPONSE, status: 'in_progress' } };

function completed(output: readonly Event[] = []): Event {
  return { type: 'response.completed', response: { ...RESPONSE, status: 'completed', output } };
}

function decode(events: readonly Event[]): StreamEvent[] {
  const decoded = decodeStream(
    openaiResponses,
    events.map((event) => ({ event: String(event['type']), data: JSON.stringify(event) })),
  );
  expect(checkStreamGrammar(decoded)).toEqual([]);
  return decoded;
}

function contentOf(events: readonly Event[]) {
  return foldStream(decode([CREATED, ...events])).response?.choices[0]?.content;
}

const call = (fields: Event = {}): Event => ({
  type: 'response.output_item.added',
  output_index: 0,
  item: { type: 'function_call', id: 'fc_1', call_id: 'a', name: 'look', arguments: '', ...fields },
});
const text = (said: string, fields: Event = {}): Event => ({
  type: 'response.output_text.delta',
  output_index: 0,
  content_index: 0,
  item_id: 'msg_1',
  delta: said,
  ...fields,
});

describe('the stream decoder', () => {
  it('tells each delta as it comes', () => {
    const events = decode([
      CREATED,
      { type: 'response.in_progress', response: { ...RESPONSE, status: 'in_progress' } },
      {
        type: 'response.output_item.added',
        output_index: 0,
        item: { type: 'message', id: 'msg_1', role: 'assistant', content: [] },
      },
      {
        type: 'response.content_part.added',
        output_index: 0,
        content_index: 0,
        part: { type: 'output_text', text: '' },
      },
      text('He', { obfuscation: 'xyz' }),
      text('llo'),
      completed(),
    ]);
    const place = { choice: 0, index: 0 };
    const extensions = { 'openai-responses': { item: { id: 'msg_1' } } };
    expect(events).toEqual([
      { type: 'start', id: 'resp_1', model: 'gpt', createdAt: 1_700_000_000 },
      { type: 'text-start', extensions, ...place },
      { type: 'text-delta', text: 'He', ...place },
      { type: 'text-delta', text: 'llo', ...place },
      { type: 'text-end', extensions, ...place },
      { type: 'finish', choice: 0, finish: { reason: 'stop', raw: 'completed' } },
      { type: 'end' },
    ]);
  });

  it.each<[string, readonly Event[]]>([
    [
      'when they are done',
      [call(), { type: 'response.function_call_arguments.done', output_index: 0, arguments: '{"x":1}' }, completed()],
    ],
    [
      'with the finished item',
      [call(), { ...call({ arguments: '{"x":1}' }), type: 'response.output_item.done' }, completed()],
    ],
    ['with the item at once', [call({ arguments: '{"x":1}' }), completed()]],
    [
      'with an item that was never announced',
      [{ ...call({ arguments: '{"x":1}' }), type: 'response.output_item.done' }, completed()],
    ],
    [
      'only with the finished response',
      [completed([{ type: 'function_call', id: 'fc_1', call_id: 'a', name: 'look', arguments: '{"x":1}' }])],
    ],
    [
      'in part as deltas, and the rest at the end',
      [
        call(),
        { type: 'response.function_call_arguments.delta', output_index: 0, delta: '{"x"' },
        completed([{ type: 'function_call', id: 'fc_1', call_id: 'a', name: 'look', arguments: '{"x":1}' }]),
      ],
    ],
    [
      'before the name and the id are known',
      [
        { type: 'response.function_call_arguments.delta', output_index: 0, item_id: 'fc_1', delta: '{"x":1}' },
        { ...call({ arguments: undefined }), type: 'response.output_item.done' },
        completed(),
      ],
    ],
  ])('takes the arguments of a call that come %s', (_when, events) => {
    expect(contentOf(events)).toMatchObject([{ type: 'tool-call', id: 'a', name: 'look', arguments: '{"x":1}' }]);
  });

  it('makes up what a vendor never gives of a call', () => {
    expect(contentOf([call({ call_id: undefined, id: undefined, name: '' }), completed()])).toEqual([
      { type: 'tool-call', id: 'call_0', name: 'unnamed_call_0', arguments: '{}' },
    ]);
  });

  it('keeps calls apart that come interleaved, and tells that they wait for outputs', () => {
    const delta = (output_index: number, said: string) => {
      return { type: 'response.function_call_arguments.delta', output_index, delta: said };
    };
    const { response } = foldStream(
      decode([
        CREATED,
        call(),
        { ...call({ id: 'fc_2', call_id: 'b', name: 'list' }), output_index: 1 },
        delta(1, '{"y":'),
        delta(0, '{"x":1}'),
        delta(1, '2}'),
        completed(),
      ]),
    );
    expect(response?.choices).toMatchObject([
      {
        content: [
          { id: 'a', name: 'look', arguments: '{"x":1}' },
          { id: 'b', name: 'list', arguments: '{"y":2}' },
        ],
        finish: { reason: 'tool-calls' },
      },
    ]);
  });

  it('reads the input of a freeform call as it comes', () => {
    const item = { type: 'custom_tool_call', id: 'ctc_1', call_id: 'b', name: 'edit', input: '' };
    const events = decode([
      CREATED,
      { type: 'response.output_item.added', output_index: 0, item },
      { type: 'response.custom_tool_call_input.delta', output_index: 0, delta: 'a "b' },
      { type: 'response.custom_tool_call_input.delta', output_index: 0, delta: '"\n' },
      { type: 'response.custom_tool_call_input.done', output_index: 0, input: 'a "b"\n' },
      completed([{ ...item, input: 'a "b"\n' }]),
    ]);
    const deltas = events.flatMap((event) => (event.type === 'tool-call-delta' ? [event.argumentsText] : []));
    expect(deltas).toEqual(['{"input":"a \\"b', '\\"\\n', '"}']);
    expect(foldStream(events).response?.choices[0]?.content).toMatchObject([{ freeform: true, name: 'edit' }]);
  });

  it('joins the parts of a reasoning item under its proof', () => {
    const summary = (summary_index: number, delta: string) => {
      return { type: 'response.reasoning_summary_text.delta', output_index: 0, item_id: 'rs_1', summary_index, delta };
    };
    const item = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'early' };
    const content = contentOf([
      { type: 'response.output_item.added', output_index: 0, item },
      summary(0, 'One'),
      {
        type: 'response.reasoning_summary_part.done',
        output_index: 0,
        summary_index: 0,
        part: { type: 'summary_text', text: 'One' },
      },
      summary(1, 'Two'),
      { type: 'response.output_item.done', output_index: 0, item: { ...item, encrypted_content: 'late' } },
      completed(),
    ]);
    const shared = { type: 'reasoning', form: 'summary', provenance: 'openai-responses' };
    expect(content).toEqual([
      { ...shared, text: 'One', extensions: { 'openai-responses': { item: { id: 'rs_1' } } } },
      { ...shared, text: 'Two', signature: 'late', extensions: { 'openai-responses': { item: { id: 'rs_1' } } } },
    ]);
  });

  it('knows an item by its place where a vendor gives it another id in every event', () => {
    const message = (id: string, said: string) => ({
      type: 'message',
      id,
      role: 'assistant',
      content: said === '' ? [] : [{ type: 'output_text', text: said }],
    });
    const content = contentOf([
      { type: 'response.output_item.added', output_index: 0, item: message('x', '') },
      text('Hi', { item_id: 'y' }),
      { type: 'response.output_item.done', output_index: 0, item: message('z', 'Hi') },
      completed([message('w', 'Hi')]),
    ]);
    expect(content).toMatchObject([{ type: 'text', text: 'Hi' }]);
  });

  it('takes output that only the finished response has, beside what was told', () => {
    const content = contentOf([
      text('Hi'),
      completed([
        {
          type: 'message',
          id: 'msg_1',
          content: [{ type: 'output_text', text: 'Hi there', annotations: [{ type: 'x' }] }],
        },
        { type: 'message', id: 'msg_2', content: [{ type: 'refusal', refusal: 'No' }] },
        { type: 'mcp_call', id: 'mcp_1' },
      ]),
    ]);
    expect(content).toMatchObject([
      { type: 'text', text: 'Hi there', citations: [{ type: 'opaque', value: { type: 'x' } }] },
      { type: 'refusal', text: 'No' },
      { type: 'opaque', value: { type: 'mcp_call', id: 'mcp_1' } },
    ]);
  });

  it('reads a stream that is nothing but the finished response', () => {
    const message = { type: 'message', id: 'msg_1', content: [{ type: 'output_text', text: 'Hi' }] };
    const { response } = foldStream(decode([completed([message])]));
    expect(response).toMatchObject({ id: 'resp_1', model: 'gpt', choices: [{ content: [{ text: 'Hi' }] }] });
  });

  it("keeps a server's own tool whole, without its steps", () => {
    const item = { type: 'web_search_call', id: 'ws_1', status: 'in_progress' };
    const { response } = foldStream(
      decode([
        CREATED,
        { type: 'response.output_item.added', output_index: 0, item },
        { type: 'response.web_search_call.searching', output_index: 0, item_id: 'ws_1' },
        { type: 'response.output_item.done', output_index: 0, item: { ...item, status: 'completed' } },
        completed(),
      ]),
    );
    expect(response?.choices).toEqual([
      {
        content: [{ type: 'opaque', dialect: 'openai-responses', value: { ...item, status: 'completed' } }],
        finish: { reason: 'stop', raw: 'completed' },
      },
    ]);
  });

  it('tells fields of the response that changed on the way, and usage before the end', () => {
    const usage = { input_tokens: 3, output_tokens: 2, total_tokens: 5 };
    const done = { ...completed(), response: { ...RESPONSE, status: 'completed', service_tier: 'default', usage } };
    const { response } = foldStream(decode([CREATED, text('Hi'), done]));
    expect(response?.usage).toMatchObject({ inputUncached: 3, output: 2 });
    expect(response?.choices[0]?.extensions).toEqual({
      'openai-responses': { response: { service_tier: 'default' } },
    });
  });

  it.each<[string, readonly Event[], string]>([
    ['an error event', [{ type: 'error', code: 'rate_limit_exceeded', message: 'slow' }], 'upstream_rate_limited'],
    [
      'an error within an error event',
      [{ type: 'error', error: { type: 'overloaded_error', message: 'busy' } }],
      'upstream_overloaded',
    ],
    [
      'an error of the chat dialect',
      [{ error: { message: 'busy', code: 'model_not_found' } }],
      'upstream_model_not_found',
    ],
    [
      'a failed response',
      [
        {
          type: 'response.failed',
          response: { ...RESPONSE, error: { code: 'context_length_exceeded', message: 'long' } },
        },
      ],
      'upstream_context_length',
    ],
    [
      'a response that only claims to be completed',
      [{ type: 'response.completed', response: { status: 'failed' } }],
      'upstream_server_error',
    ],
    ['the end of the bytes', [text('Hi')], 'upstream_truncated'],
  ])('ends with an error on %s', (_what, events, code) => {
    expect(foldStream(decode([CREATED, ...events])).error?.code).toBe(code);
  });

  it('takes [DONE] alone for no proof', () => {
    const events = decodeStream(openaiResponses, [{ data: JSON.stringify(text('Hi')) }, { data: '[DONE]' }]);
    expect(foldStream(events).error?.code).toBe('upstream_truncated');
  });

  it('passes a keep-alive on as a ping', () => {
    expect(decode([CREATED, { type: 'keepalive' }, completed()])).toContainEqual({ type: 'ping' });
  });

  it.each<[string, Event]>([
    ['has lost its kind', { id: 'fc_1', call_id: 'a', name: 'look', arguments: '{}' }],
    ['is of another kind than it began as', { type: 'message', id: 'fc_1', content: [] }],
  ])('ends a call whose last event %s', (_what, item) => {
    const content = contentOf([call(), { type: 'response.output_item.done', output_index: 0, item }, completed()]);
    expect(content).toMatchObject([{ type: 'tool-call', id: 'a', name: 'look', arguments: '{}' }]);
  });

  it('tells an item that is done no further, whatever comes for it', () => {
    const whole = { type: 'function_call', id: 'fc_1', call_id: 'a', name: 'look', arguments: '{}' };
    const done = { type: 'response.output_item.done', output_index: 0, item: whole };
    const late = { type: 'response.function_call_arguments.delta', output_index: 0, delta: '{"' };
    expect(contentOf([call({ arguments: '{}' }), done, late, text('late'), completed()])).toMatchObject([
      { type: 'tool-call', arguments: '{}' },
    ]);
  });

  it('gives a part of an unknown kind its place when it ends', () => {
    const unknown = { type: 'response.content_part.added', output_index: 0, content_index: 0, part: { type: 'odd' } };
    const content = contentOf([unknown, text('after', { output_index: 1, item_id: 'msg_2' }), completed()]);
    expect(content?.map(({ type }) => type)).toEqual(['text', 'opaque']);
  });
});
