import type { DialectId } from '@switchyard/canonical';

import { frameEvent } from '../upstream/answer.js';
import {
  anthropicBody,
  anthropicPayloads,
  geminiBody,
  geminiPayloads,
  openaiChatBody,
  openaiChatPayloads,
} from '../upstream/sample-answers.js';
import { validateAnthropicResponse } from './anthropic-response.js';
import { validateAnthropicStream } from './anthropic-stream.js';
import { validateGeminiResponse } from './gemini-response.js';
import { validateGeminiStream } from './gemini-stream.js';
import { validateOpenaiChatResponse } from './openai-chat-response.js';
import { validateOpenaiChatStream } from './openai-chat-stream.js';
import { validateResponsesResponse } from './openai-responses-response.js';
import { validateResponsesStream } from './openai-responses-stream.js';

const WITH_CALLS = {
  pieces: ['Let me ', 'look.'],
  toolCalls: [
    { id: 'call_1', name: 'weather', arguments: '{"city":"Oslo"}' },
    { id: 'call_2', name: 'time', arguments: '{}' },
  ],
};

/** The stream of the payloads after `edit` has changed their list. */
function openaiText(edit: (payloads: string[]) => void = () => undefined): string {
  const payloads = openaiChatPayloads(WITH_CALLS).map((payload) =>
    typeof payload === 'string' ? payload : JSON.stringify(payload),
  );
  edit(payloads);
  return payloads.map((payload) => frameEvent('openai-chat', payload).toString()).join('');
}

function anthropicText(edit: (payloads: unknown[]) => void = () => undefined): string {
  const payloads = [...anthropicPayloads(WITH_CALLS)];
  edit(payloads);
  return payloads.map((payload) => frameEvent('anthropic-messages', payload).toString()).join('');
}

describe('sample answers', () => {
  const thinking = { ...WITH_CALLS, reasoning: { text: 'Hm, Oslo.', signature: 'c2ln' } };
  const framed = (dialect: DialectId, payloads: readonly unknown[]): string =>
    payloads.map((payload) => frameEvent(dialect, payload).toString()).join('');

  it('are valid with reasoning before the text', () => {
    expect(validateOpenaiChatStream(framed('openai-chat', openaiChatPayloads(thinking)), { ending: 'answer' })).toEqual(
      [],
    );
    expect(
      validateAnthropicStream(framed('anthropic-messages', anthropicPayloads(thinking)), { ending: 'answer' }),
    ).toEqual([]);
    expect(validateGeminiStream(framed('gemini', geminiPayloads(thinking)), { ending: 'answer' })).toEqual([]);
    expect(validateGeminiResponse(geminiBody(thinking))).toEqual([]);
    expect(validateOpenaiChatResponse(openaiChatBody(thinking))).toEqual([]);
    expect(validateAnthropicResponse(anthropicBody(thinking))).toEqual([]);
  });
});

describe('validateOpenaiChatStream', () => {
  it('accepts an answer with text, parallel calls and usage, and comments in between', () => {
    expect(validateOpenaiChatStream(openaiText(), { ending: 'answer' })).toEqual([]);
    expect(validateOpenaiChatStream(`: keep-alive\n\n${openaiText()}`)).toEqual([]);
  });

  it('accepts an error in place of the end', () => {
    const error = '{"error":{"message":"cut","type":"server_error","param":null,"code":"upstream_truncated"}}';
    const text = openaiText((payloads) => payloads.splice(3, Infinity, error));
    expect(validateOpenaiChatStream(text, { ending: 'error' })).toEqual([]);
    expect(validateOpenaiChatStream(text, { ending: 'answer' })).toEqual(['stream: ends with an error, not an answer']);
  });

  it.each<[string, (payloads: string[]) => void, string]>([
    ['a missing terminal event', (list) => void list.pop(), 'without its terminal event'],
    ['an event after the end', (list) => void list.push(list[0] ?? ''), 'comes after the end'],
    ['a second role', (list) => void list.splice(1, 0, list[0] ?? ''), 'role: must come once'],
    ['a missing role', (list) => void list.shift(), 'must be assistant in the first delta'],
    [
      'another id',
      (list) => void (list[1] = (list[1] ?? '').replace('chatcmpl-sample', 'x')),
      'id: must stay the same',
    ],
    ['a choice that never finished', (list) => void list.splice(-3, 2), 'never finished'],
    ['broken arguments', (list) => void list.splice(4, 1), 'must be the JSON text of an object'],
    ['an event that is not JSON', (list) => void list.splice(1, 0, '{"id":'), 'must be an object'],
    ['usage too early', (list) => void list.splice(1, 0, list.at(-2) ?? ''), 'before every choice has finished'],
  ])('finds %s', (_name, edit, problem) => {
    expect(validateOpenaiChatStream(openaiText(edit)).join('\n')).toContain(problem);
  });

  it('finds an event cut in the middle', () => {
    expect(validateOpenaiChatStream(openaiText().slice(0, -20)).join('\n')).toContain('ends within an event');
  });
});

describe('validateAnthropicStream', () => {
  it('accepts an answer with text and calls', () => {
    expect(validateAnthropicStream(anthropicText(), { ending: 'answer' })).toEqual([]);
  });

  it('accepts an error in place of the end', () => {
    const error = { type: 'error', error: { type: 'api_error', message: 'cut' } };
    const text = anthropicText((payloads) => payloads.splice(4, Infinity, error));
    expect(validateAnthropicStream(text, { ending: 'error' })).toEqual([]);
  });

  it.each<[string, (payloads: unknown[]) => void, string]>([
    ['a missing terminal event', (list) => void list.pop(), 'without its terminal event'],
    ['an event after the end', (list) => void list.push({ type: 'ping' }), 'comes after the end'],
    ['a late start', (list) => void list.reverse(), 'comes before message_start'],
    ['a second start', (list) => void list.splice(1, 0, list[0]), 'must come once'],
    ['a block left open', (list) => void list.splice(5, 1), 'comes while a block is open'],
    ['a delta outside of a block', (list) => void list.splice(2, 1), 'comes while no block is open'],
    [
      'a delta of another kind',
      (list) =>
        void list.splice(3, 0, {
          type: 'content_block_delta',
          index: 0,
          delta: { type: 'thinking_delta', thinking: 'x' },
        }),
      'does not fit text',
    ],
    ['a block left out', (list) => void list.splice(2, 4), 'index: must be 0'],
    ['broken input', (list) => void list.splice(7, 1), 'is not a JSON object'],
    ['no stop reason', (list) => void list.splice(-2, 1), 'without a stop_reason'],
    ['an unknown event', (list) => void list.splice(1, 0, { type: 'surprise' }), 'surprise is not an event'],
  ])('finds %s', (_name, edit, problem) => {
    expect(validateAnthropicStream(anthropicText(edit)).join('\n')).toContain(problem);
  });

  it('finds a name that is not the type', () => {
    const text = anthropicText().replace('event: ping', 'event: pong');
    expect(validateAnthropicStream(text)).toEqual(['event 1: is named pong but of type ping']);
  });
});

function geminiText(edit: (payloads: unknown[]) => void = () => undefined): string {
  const payloads = [...geminiPayloads(WITH_CALLS)];
  edit(payloads);
  return payloads.map((payload) => frameEvent('gemini', payload).toString()).join('');
}

describe('a refused prompt of Gemini', () => {
  const head = { modelVersion: 'm', responseId: 'r' };
  const refused = { ...head, promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } };
  const silent = { ...head, promptFeedback: {} };
  const framed = (value: unknown): string => frameEvent('gemini', value).toString();

  it('has no candidates, and ends the stream', () => {
    expect(validateGeminiResponse(refused)).toEqual([]);
    expect(validateGeminiStream(framed(refused), { ending: 'answer' })).toEqual([]);
  });

  it('has to say why', () => {
    expect(validateGeminiResponse(silent)).not.toEqual([]);
    expect(validateGeminiStream(framed(silent), { ending: 'answer' })).not.toEqual([]);
  });
});

describe('validateGeminiStream', () => {
  const error = { error: { code: 502, message: 'cut', status: 'UNAVAILABLE' } };

  it('accepts an answer with text and calls, or an error in place of the end', () => {
    expect(validateGeminiStream(geminiText(), { ending: 'answer' })).toEqual([]);
    const failed = geminiText((payloads) => payloads.splice(2, Infinity, error));
    expect(validateGeminiStream(failed, { ending: 'error' })).toEqual([]);
  });

  it.each<[string, (payloads: unknown[]) => void, string]>([
    ['a missing finish', (list) => void list.pop(), 'without its terminal event'],
    ['a chunk after the finish', (list) => void list.push(list[0]), 'comes after the finish'],
    ['a chunk after an error', (list) => void list.splice(1, 0, error), 'comes after the error'],
    [
      'an error without a word',
      (list) => void list.splice(1, 9, { error: { code: 500, message: 'x' } }),
      'status word',
    ],
    ['another id', (list) => void (list[1] = { ...Object(list[1]), responseId: 'x' }), 'must stay the same'],
    ['a call without arguments', (list) => void (list[2] = withPart({ functionCall: { id: 'a', name: 'f' } })), 'args'],
    [
      'a wrong sum',
      (list) => void (list[0] = { ...Object(list[0]), usageMetadata: { promptTokenCount: 2 } }),
      'the sum',
    ],
  ])('finds %s', (_name, edit, problem) => {
    expect(validateGeminiStream(geminiText(edit)).join('\n')).toContain(problem);
  });

  function withPart(part: unknown): unknown {
    return { ...geminiBody(), candidates: [{ content: { parts: [part], role: 'model' }, index: 0 }] };
  }
});

const RESPONSE = {
  id: 'resp_1',
  object: 'response',
  created_at: 1_700_000_000,
  status: 'in_progress',
  error: null,
  incomplete_details: null,
  instructions: null,
  metadata: {},
  model: 'm',
  output: [],
  parallel_tool_calls: true,
  temperature: null,
  tool_choice: 'auto',
  tools: [],
  top_p: null,
};
const PART = { type: 'output_text', text: 'Hi', annotations: [], logprobs: [] };
const MESSAGE = { id: 'msg_1', type: 'message', status: 'completed', role: 'assistant', content: [PART] };
const CALL = {
  id: 'fc_1',
  type: 'function_call',
  status: 'completed',
  call_id: 'a',
  name: 'look',
  arguments: '{"x":1}',
};
const COMPLETED = { ...RESPONSE, status: 'completed', output: [MESSAGE, CALL] };

type Told = Record<string, unknown>;

/** The stream of a text and a call after `edit` has changed the list of its events; they are numbered after that. */
function responsesText(edit: (events: Told[]) => void = () => undefined): string {
  const text = { item_id: 'msg_1', output_index: 0, content_index: 0 };
  const call = { item_id: 'fc_1', output_index: 1 };
  const events: Told[] = [
    { type: 'response.created', response: RESPONSE },
    { type: 'response.in_progress', response: RESPONSE },
    { type: 'response.output_item.added', output_index: 0, item: { ...MESSAGE, content: [] } },
    { type: 'response.content_part.added', ...text, part: { ...PART, text: '' } },
    { type: 'response.output_text.delta', ...text, delta: 'Hi' },
    { type: 'response.output_text.done', ...text, text: 'Hi' },
    { type: 'response.content_part.done', ...text, part: PART },
    { type: 'response.output_item.done', output_index: 0, item: MESSAGE },
    { type: 'response.output_item.added', output_index: 1, item: { ...CALL, arguments: '' } },
    { type: 'response.function_call_arguments.delta', ...call, delta: '{"x":1}' },
    { type: 'response.function_call_arguments.done', ...call, name: 'look', arguments: '{"x":1}' },
    { type: 'response.output_item.done', output_index: 1, item: CALL },
    { type: 'response.completed', response: COMPLETED },
  ];
  edit(events);
  return events
    .map((event, sequence_number) => frameEvent('openai-responses', { sequence_number, ...event }).toString())
    .join('');
}

describe('validateResponsesStream', () => {
  it('accepts an answer with a text and a call', () => {
    expect(validateResponsesStream(responsesText(), { ending: 'answer' })).toEqual([]);
  });

  it('accepts a failure or an error in place of the end', () => {
    const error = { code: 'server_error', message: 'cut' };
    const failed = { type: 'response.failed', response: { ...RESPONSE, status: 'failed', error } };
    for (const ending of [failed, { type: 'error', ...error, param: null }]) {
      const text = responsesText((events) => events.splice(5, Infinity, ending));
      expect(validateResponsesStream(text, { ending: 'error' })).toEqual([]);
    }
  });

  it.each<[string, (events: Told[]) => void, string]>([
    ['a missing terminal event', (list) => void list.pop(), 'without its terminal event'],
    ['an event after the end', (list) => void list.push({ type: 'response.queued' }), 'comes after the end'],
    ['a late start', (list) => void list.shift(), 'comes before response.created'],
    ['a number left out', (list) => void (list[3] = { ...list[3], sequence_number: 4 }), 'sequence_number: must be 3'],
    ['a text that is not that of its deltas', (list) => void list.splice(4, 1), 'does not repeat the text'],
    ['a part that was never done', (list) => void list.splice(5, 2), 'was never done'],
    ['an item that was never done', (list) => void list.splice(7, 1), 'item 0: was never done'],
    ['an item left out', (list) => void list.splice(2, 6), 'output_index: must be 0'],
    ['arguments that were never done', (list) => void list.splice(10, 1), 'comes before its arguments are done'],
    [
      'another output at the end',
      (list) => void (list[12] = { ...list[12], response: { ...COMPLETED, output: [CALL] } }),
      'must be the items as done',
    ],
    ['another id of an item', (list) => void (list[4] = { ...list[4], item_id: 'x' }), 'must be that of the item'],
  ])('finds %s', (_name, edit, problem) => {
    expect(validateResponsesStream(responsesText(edit)).join('\n')).toContain(problem);
  });
});

describe('validating whole answers', () => {
  it('accepts answers with text and calls', () => {
    expect(validateOpenaiChatResponse(openaiChatBody(WITH_CALLS))).toEqual([]);
    expect(validateAnthropicResponse(anthropicBody(WITH_CALLS))).toEqual([]);
    expect(validateGeminiResponse(geminiBody(WITH_CALLS))).toEqual([]);
    expect(validateResponsesResponse(COMPLETED)).toEqual([]);
  });

  it('finds what is missing or contradicts itself', () => {
    const openai = { ...openaiChatBody(), usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 4 }, id: '' };
    expect(validateOpenaiChatResponse(openai)).toEqual(['id: is required', 'usage.total_tokens: must be the sum']);
    const anthropic = { ...anthropicBody(), stop_reason: 'tool_use', usage: {} };
    expect(validateAnthropicResponse(anthropic)).toEqual([
      'body.stop_reason: is tool_use without a tool_use block',
      'usage.input_tokens: must be an integer',
      'usage.output_tokens: must be an integer',
    ]);
    const gemini = {
      ...geminiBody(),
      responseId: '',
      candidates: [{ index: 1, content: { parts: [], role: 'user' } }],
    };
    expect(validateGeminiResponse(gemini)).toEqual([
      'body.responseId: is required',
      'candidates[0].index: must be 0',
      expect.stringContaining('candidates[0].finishReason: must be one of'),
      'candidates[0].content.role: must be model',
    ]);
    const { metadata: _metadata, ...responses } = {
      ...COMPLETED,
      status: 'incomplete',
      output: [{ ...CALL, arguments: '{' }],
    };
    expect(validateResponsesResponse(responses)).toEqual([
      'body.metadata: is required',
      'body.incomplete_details: go with the status incomplete',
      'body.output[0].arguments: must be the JSON text of an object, not "{"',
    ]);
  });
});
