import { GatewayError, unfoldResponse, type CanonicalResponse, type StreamEvent } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { isJsonObject, parseJson } from '../json/json-object.js';
import { createStreamEncoder } from './encode-stream.js';

const options = { model: 'alias', includeUsage: false, nowSeconds: 0 };
const start: StreamEvent = { type: 'start', id: 'msg_1', model: 'upstream-model' };
const usage: StreamEvent = {
  type: 'usage',
  usage: { inputUncached: 3, cacheRead: 4, cacheWrite5m: 0, cacheWrite1h: 0, output: 5 },
};
const finish = (reason: 'stop' | 'tool-calls' = 'stop'): StreamEvent => ({
  type: 'finish',
  choice: 0,
  finish: { reason },
});
const end: StreamEvent = { type: 'end' };

function encode(...events: StreamEvent[]): string {
  const encoder = createStreamEncoder(options);
  return events.map((event) => encoder.next(event)).join('');
}

/** The data of each frame, after checking that its `event` line says the same type. */
function frames(sse: string): JsonObject[] {
  return sse
    .split('\n\n')
    .slice(0, -1)
    .map((frame) => {
      const match = /^event: (\w+)\ndata: (.*)$/.exec(frame);
      const data = parseJson(match?.[2] ?? '');
      if (!isJsonObject(data)) throw new Error(`no frame: ${frame}`);
      expect(data['type']).toBe(match?.[1]);
      return data;
    });
}

const types = (sse: string) => frames(sse).map((frame) => frame['type']);

describe('the stream encoder of anthropic-messages', () => {
  it('writes a message as Anthropic does', () => {
    const sse = encode(
      start,
      usage,
      { type: 'ping' },
      { type: 'text-start', choice: 0, index: 0 },
      { type: 'text-delta', choice: 0, index: 0, text: 'Hel' },
      { type: 'text-delta', choice: 0, index: 0, text: 'lo' },
      { type: 'text-end', choice: 0, index: 0 },
      finish(),
      end,
    );
    const told = { input_tokens: 3, cache_read_input_tokens: 4, output_tokens: 5 };
    expect(frames(sse)).toEqual([
      {
        type: 'message_start',
        message: {
          id: 'msg_1',
          type: 'message',
          role: 'assistant',
          model: 'alias',
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage: expect.objectContaining(told),
        },
      },
      { type: 'ping' },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hel' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'lo' } },
      { type: 'content_block_stop', index: 0 },
      {
        type: 'message_delta',
        delta: { stop_reason: 'end_turn', stop_sequence: null },
        usage: expect.objectContaining(told),
      },
      { type: 'message_stop' },
    ]);
  });

  it('holds the end until usage that comes after the finish is known', () => {
    const encoder = createStreamEncoder(options);
    const before = [start, finish()].map((event) => encoder.next(event)).join('');
    expect(types(before)).toEqual(['message_start']);
    const after = [usage, end].map((event) => encoder.next(event)).join('');
    expect(frames(after)[0]).toMatchObject({ type: 'message_delta', usage: { output_tokens: 5 } });
  });

  it('streams the block at the front and lets the others wait their turn', () => {
    const encoder = createStreamEncoder(options);
    const step = (event: StreamEvent) => frames(encoder.next(event));
    const piece = (index: number, argumentsText: string): StreamEvent => {
      return { type: 'tool-call-delta', choice: 0, index, argumentsText };
    };
    step(start);
    step({ type: 'tool-call-start', choice: 0, index: 0, id: 'a', name: 'one' });
    expect(step({ type: 'tool-call-start', choice: 0, index: 1, id: 'b', name: 'two' })).toEqual([]);
    expect(step(piece(1, '{"b"'))).toEqual([]);
    expect(step(piece(0, '{}'))).toEqual([
      { type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: '{}' } },
    ]);
    expect(step({ type: 'tool-call-start', choice: 0, index: 2, id: 'c', name: 'three' })).toEqual([]);
    expect(step({ type: 'tool-call-end', choice: 0, index: 2 })).toEqual([]);
    expect(step({ type: 'tool-call-end', choice: 0, index: 0 })).toEqual([
      { type: 'content_block_stop', index: 0 },
      { type: 'content_block_start', index: 1, content_block: { type: 'tool_use', id: 'b', name: 'two', input: {} } },
      { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '{"b"' } },
    ]);
    expect(step(piece(1, ':1}'))).toHaveLength(1);
    expect(step({ type: 'tool-call-end', choice: 0, index: 1 })).toEqual([
      { type: 'content_block_stop', index: 1 },
      { type: 'content_block_start', index: 2, content_block: { type: 'tool_use', id: 'c', name: 'three', input: {} } },
      { type: 'content_block_stop', index: 2 },
    ]);
  });

  it('writes no block for text that never came', () => {
    const sse = encode(
      start,
      { type: 'text-start', choice: 0, index: 0 },
      { type: 'text-delta', choice: 0, index: 0, text: '' },
      { type: 'text-end', choice: 0, index: 0 },
      finish(),
      end,
    );
    expect(types(sse)).toEqual(['message_start', 'message_delta', 'message_stop']);
  });

  it('says tool_use when the answer holds a tool call, whatever the upstream called it', () => {
    const call: StreamEvent = { type: 'tool-call-start', choice: 0, index: 0, id: 'call.1', name: 'now' };
    const sse = encode(start, call, { type: 'tool-call-end', choice: 0, index: 0 }, finish('stop'), end);
    expect(sse).toContain('"stop_reason":"tool_use"');
    expect(sse).toMatch(/"id":"call_1_[0-9a-f]{8}"/);
  });

  it('shows a refusal as text and as stop reason', () => {
    const refusal: StreamEvent[] = [
      { type: 'refusal-start', choice: 0, index: 0 },
      { type: 'refusal-delta', choice: 0, index: 0, text: 'No.' },
      { type: 'refusal-end', choice: 0, index: 0 },
    ];
    const sse = encode(start, ...refusal, finish(), end);
    expect(sse).toContain('"text":"No."');
    expect(sse).toContain('"stop_reason":"refusal"');
  });

  it('hands on only signatures that Anthropic made', () => {
    const response = (provenance: 'anthropic-messages' | 'openai-chat'): CanonicalResponse => ({
      id: 'msg_1',
      model: 'm',
      choices: [
        { content: [{ type: 'reasoning', text: 'hm', signature: 'sig', provenance }], finish: { reason: 'stop' } },
      ],
    });
    expect(encode(...unfoldResponse(response('anthropic-messages')))).toContain('"signature":"sig"');
    const foreign = encode(...unfoldResponse(response('openai-chat')));
    expect(foreign).toContain('"thinking":"hm"');
    expect(foreign).not.toContain('"signature":"sig"');
  });

  it('writes the first choice only', () => {
    const other: StreamEvent[] = [
      { type: 'text-start', choice: 1, index: 0 },
      { type: 'text-delta', choice: 1, index: 0, text: 'other' },
      { type: 'text-end', choice: 1, index: 0 },
      { type: 'finish', choice: 1, finish: { reason: 'length' } },
    ];
    const sse = encode(start, ...other, finish(), end);
    expect(sse).not.toContain('other');
    expect(sse).toContain('"stop_reason":"end_turn"');
  });

  it('ends with the error, and with nothing after it', () => {
    const error = new GatewayError('upstream_truncated', 'cut').toData();
    const sse = encode(start, { type: 'text-start', choice: 0, index: 0 }, finish(), { type: 'error', error }, end);
    expect(frames(sse).at(-1)).toEqual({ type: 'error', error: { type: 'api_error', message: 'cut' } });
    expect(sse).not.toContain('message_delta');
    expect(sse).not.toContain('message_stop');
  });
});
