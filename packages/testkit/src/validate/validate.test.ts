import type { DialectId } from '@switchyard/canonical';

import { frameEvent } from '../upstream/answer.js';
import { anthropicBody, anthropicPayloads, openaiChatBody, openaiChatPayloads } from '../upstream/sample-answers.js';
import { validateAnthropicResponse } from './anthropic-response.js';
import { validateAnthropicStream } from './anthropic-stream.js';
import { validateOpenaiChatResponse } from './openai-chat-response.js';
import { validateOpenaiChatStream } from './openai-chat-stream.js';

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

describe('validating whole answers', () => {
  it('accepts answers with text and calls', () => {
    expect(validateOpenaiChatResponse(openaiChatBody(WITH_CALLS))).toEqual([]);
    expect(validateAnthropicResponse(anthropicBody(WITH_CALLS))).toEqual([]);
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
  });
});
