import { GatewayError } from '@switchyard/canonical';

import { readJsonFixture } from './__fixtures__/read-fixture.js';
import { decodeResponse } from './decode-response.js';

function decodeMessage(message: unknown, finishReason = 'stop') {
  return decodeResponse({ choices: [{ message, finish_reason: finishReason }] }).choices[0];
}

function failure(body: unknown): { code: string; message: string; status: number } {
  try {
    decodeResponse(body);
  } catch (error) {
    if (error instanceof GatewayError) return { code: error.code, message: error.message, status: error.status };
    throw error;
  }
  throw new Error('the answer was accepted');
}

describe('decodeResponse', () => {
  it('reads an answer with reasoning, text, tool calls and usage', () => {
    const body = readJsonFixture('tool-calls.response.json');
    expect(decodeResponse(body)).toEqual({
      id: 'chatcmpl-1',
      model: 'gpt-4.1',
      createdAt: 1_700_000_000,
      choices: [
        {
          content: [
            { type: 'reasoning', text: 'Both — at once.', provenance: 'openai-chat' },
            { type: 'text', text: 'Let me look 🌦.' },
            { type: 'tool-call', id: 'call_a', name: 'weather', arguments: '{"city":"Bern"}' },
            { type: 'tool-call', id: 'call_b', name: 'clock', arguments: '{}' },
          ],
          finish: { reason: 'tool-calls', raw: 'tool_calls' },
        },
      ],
      usage: {
        inputUncached: 30,
        cacheRead: 20,
        cacheWrite5m: 0,
        cacheWrite1h: 0,
        output: 30,
        reasoning: 8,
        raw: body['usage'],
      },
      extensions: { 'openai-chat': { system_fingerprint: 'fp_1' } },
    });
  });

  it.each([
    ['reasoning', { reasoning: 'hm', content: 'x' }],
    ['reasoning_content', { reasoning_content: 'hm', content: 'x' }],
    ['both', { reasoning: 'hm', reasoning_content: 'hm', content: 'x' }],
    [
      'thinking parts',
      {
        content: [
          {
            type: 'thinking',
            thinking: [
              { type: 'text', text: 'h' },
              { type: 'text', text: 'm' },
            ],
          },
          { type: 'text', text: 'x' },
        ],
      },
    ],
  ])('reads reasoning told as %s', (_place, message) => {
    expect(decodeMessage(message)?.content).toEqual([
      { type: 'reasoning', text: 'hm', provenance: 'openai-chat' },
      { type: 'text', text: 'x' },
    ]);
  });

  it('makes up what vendors leave out of tool calls', () => {
    const calls = [
      { function: { name: 'a', arguments: '' } },
      { id: '', function: { name: 'b', arguments: { x: 1 } } },
      { id: 'c', function: {} },
    ];
    expect(decodeMessage({ content: null, tool_calls: calls })).toEqual({
      content: [
        { type: 'tool-call', id: 'call_0_0', name: 'a', arguments: '{}' },
        { type: 'tool-call', id: 'call_0_1', name: 'b', arguments: '{"x":1}' },
        { type: 'tool-call', id: 'c', name: 'unnamed_c', arguments: '{}' },
      ],
      finish: { reason: 'tool-calls', raw: 'stop' },
    });
  });

  it('reads the retired function_call and refusals', () => {
    expect(decodeMessage({ function_call: { name: 'f', arguments: '{}' } }, 'function_call')).toEqual({
      content: [{ type: 'tool-call', id: 'call_0_0', name: 'f', arguments: '{}' }],
      finish: { reason: 'tool-calls', raw: 'function_call' },
    });
    expect(decodeMessage({ content: null, refusal: 'no' })?.content).toEqual([{ type: 'refusal', text: 'no' }]);
  });

  it.each([
    ['stop', 'stop'],
    ['length', 'length'],
    ['content_filter', 'content-filter'],
    ['model_length', 'context-window'],
    ['sunset', 'other'],
  ])('reads the finish reason %s as %s', (raw, reason) => {
    expect(decodeMessage({ content: 'x' }, raw)?.finish).toEqual({ reason, raw });
  });

  it('keeps unknown fields and parts', () => {
    const reference = { type: 'reference', reference_ids: [1] };
    const answer = decodeResponse({
      citations: ['https://example.com'],
      choices: [
        {
          message: { content: [reference], annotations: [{ type: 'url_citation' }], reasoning: { effort: 'low' } },
          logprobs: { content: [] },
          finish_reason: 'stop',
        },
      ],
    });
    expect(answer.extensions).toEqual({ 'openai-chat': { citations: ['https://example.com'] } });
    expect(answer.choices[0]?.content).toEqual([{ type: 'opaque', dialect: 'openai-chat', value: reference }]);
    expect(answer.choices[0]?.extensions).toEqual({
      'openai-chat': {
        logprobs: { content: [] },
        message: { annotations: [{ type: 'url_citation' }], reasoning: { effort: 'low' } },
      },
    });
  });

  it('throws the error that came with status 200 as what it is', () => {
    expect(failure({ error: { code: 429, message: 'slow down' } })).toMatchObject({
      code: 'upstream_rate_limited',
      status: 429,
    });
    expect(failure({ error: { message: 'no such parameter', type: 'invalid_request_error' } })).toEqual({
      code: 'upstream_invalid_request',
      message: 'no such parameter',
      status: 400,
    });
  });

  it.each([null, 'text', [], {}, { choices: [] }, { choices: 'x' }, { text: 'a transcription' }])(
    'refuses %j as no answer',
    (body) => {
      expect(failure(body).code).toBe('upstream_malformed');
    },
  );
});
