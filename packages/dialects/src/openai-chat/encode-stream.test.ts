import { foldStream, type StreamEvent } from '@switchyard/canonical';

import { createSseScanner } from '../sse/scan-sse.js';
import { readFixture } from './__fixtures__/read-fixture.js';
import { createStreamDecoder } from './decode-stream.js';
import { decodeRequest } from './decode-request.js';
import { createStreamEncoder } from './encode-stream.js';

const OPTIONS = { model: 'alias', includeUsage: true, nowSeconds: 1_800_000_000 };
const START: StreamEvent = { type: 'start', id: 'msg_1', model: 'claude' };

function encode(events: readonly StreamEvent[], options = OPTIONS): string {
  const encoder = createStreamEncoder(options);
  return events.map((event) => encoder.next(event)).join('');
}

function payloads(text: string): unknown[] {
  return createSseScanner()
    .push(Buffer.from(text))
    .map(({ data }) => (data === '[DONE]' ? data : JSON.parse(data)));
}

function decodeText(text: string): StreamEvent[] {
  const decoder = createStreamDecoder();
  return createSseScanner()
    .push(Buffer.from(text))
    .flatMap((event) => decoder.next(event));
}

describe('createStreamEncoder', () => {
  it('keeps blocks of reasoning apart, as a whole answer does', () => {
    const thought = (index: number, text: string): StreamEvent[] => [
      { type: 'reasoning-start', provenance: 'openai-responses', form: 'summary', choice: 0, index },
      { type: 'reasoning-delta', choice: 0, index, text },
      { type: 'reasoning-end', choice: 0, index },
    ];
    const finish: StreamEvent = { type: 'finish', choice: 0, finish: { reason: 'stop' } };
    const text = encode([START, ...thought(0, 'One'), ...thought(1, 'Two'), finish, { type: 'end' }]);
    const { response } = foldStream(decodeText(text));
    expect(response?.choices[0]?.content).toMatchObject([{ type: 'reasoning', text: 'One\n\nTwo' }]);
  });

  it('writes the chunks of a whole answer', () => {
    const usage = { inputUncached: 5, cacheRead: 2, cacheWrite5m: 0, cacheWrite1h: 0, output: 4 };
    const text = encode([
      START,
      { type: 'ping' },
      { type: 'usage', usage: { ...usage, output: 1 } },
      { type: 'reasoning-start', provenance: 'anthropic-messages', choice: 0, index: 0 },
      { type: 'reasoning-delta', choice: 0, index: 0, text: 'hm' },
      { type: 'reasoning-end', choice: 0, index: 0, signature: 'c2ln' },
      { type: 'redacted-reasoning', choice: 0, index: 1, data: 'x', provenance: 'anthropic-messages' },
      { type: 'text-start', choice: 0, index: 2 },
      { type: 'text-delta', choice: 0, index: 2, text: 'say "é"\n' },
      { type: 'text-end', choice: 0, index: 2 },
      { type: 'tool-call-start', choice: 0, index: 3, id: 'a', name: 'f' },
      { type: 'tool-call-delta', choice: 0, index: 3, argumentsText: '{"x":1}' },
      { type: 'tool-call-start', choice: 0, index: 4, id: 'b', name: 'g' },
      { type: 'tool-call-end', choice: 0, index: 3 },
      { type: 'tool-call-end', choice: 0, index: 4 },
      { type: 'finish', choice: 0, finish: { reason: 'tool-calls' } },
      { type: 'usage', usage },
      { type: 'end' },
    ]);
    const head = { id: 'msg_1', object: 'chat.completion.chunk', created: 1_800_000_000, model: 'alias' };
    const chunk = (delta: unknown, finishReason: string | null = null) => ({
      ...head,
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
    });
    expect(payloads(text)).toEqual([
      chunk({ role: 'assistant', content: '' }),
      chunk({ reasoning_content: 'hm' }),
      chunk({ content: 'say "é"\n' }),
      chunk({ tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '' } }] }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: '{"x":1}' } }] }),
      chunk({ tool_calls: [{ index: 1, id: 'b', type: 'function', function: { name: 'g', arguments: '' } }] }),
      chunk({ tool_calls: [{ index: 1, function: { arguments: '{}' } }] }),
      chunk({}, 'tool_calls'),
      {
        ...head,
        choices: [],
        usage: {
          prompt_tokens: 7,
          completion_tokens: 4,
          total_tokens: 11,
          prompt_tokens_details: { cached_tokens: 2 },
          completion_tokens_details: { reasoning_tokens: 0 },
        },
      },
      '[DONE]',
    ]);
  });

  it('keeps blocks of reasoning apart as a whole answer does, also where the stream moved between them', () => {
    const events: StreamEvent[] = [
      START,
      { type: 'reasoning-start', choice: 0, index: 0, provenance: 'anthropic-messages' },
      { type: 'reasoning-delta', choice: 0, index: 0, text: 'One' },
      { type: 'reasoning-delta', choice: 0, index: 0, text: '.' },
      { type: 'reasoning-end', choice: 0, index: 0 },
      { type: 'reasoning-start', choice: 0, index: 1, provenance: 'anthropic-messages' },
      { type: 'reasoning-delta', choice: 0, index: 1, text: '' },
      { type: 'reasoning-delta', choice: 0, index: 1, text: 'Two.' },
      { type: 'reasoning-delta', choice: 1, index: 0, text: 'Other.' },
    ];
    let encoder = createStreamEncoder(OPTIONS);
    let text = '';
    for (const event of events) {
      text += encoder.next(event);
      encoder = createStreamEncoder(OPTIONS, JSON.parse(JSON.stringify(encoder.state)));
    }
    const said = text.matchAll(/"index":(\d),"delta":\{"reasoning_content":("[^"]*")\}/g);
    expect([...said].map(([, choice, json]) => [choice, JSON.parse(json ?? '')])).toEqual([
      ['0', 'One'],
      ['0', '.'],
      ['0', '\n\nTwo.'],
      ['1', 'Other.'],
    ]);
  });

  it('sends no usage to a client that did not ask for it', () => {
    const usage = { inputUncached: 5, cacheRead: 2, cacheWrite5m: 0, cacheWrite1h: 0, output: 4 };
    const text = encode([START, { type: 'usage', usage }, { type: 'end' }], { ...OPTIONS, includeUsage: false });
    expect(text).not.toContain('usage');
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
  });

  it('gives each choice its role and its own count of tool calls', () => {
    const text = encode([
      START,
      { type: 'tool-call-start', choice: 1, index: 0, id: 'a', name: 'f' },
      { type: 'tool-call-end', choice: 1, index: 0 },
      { type: 'text-delta', choice: 0, index: 0, text: 'x' },
      { type: 'finish', choice: 2, finish: { reason: 'stop' } },
    ]);
    const starts = payloads(text).filter((chunk) => JSON.stringify(chunk).includes('"role":"assistant"'));
    expect(starts).toMatchObject([
      { choices: [{ index: 0 }] },
      { choices: [{ index: 1 }] },
      { choices: [{ index: 2 }] },
    ]);
    expect(payloads(text)).toContainEqual(
      expect.objectContaining({
        choices: [
          {
            index: 1,
            delta: { tool_calls: [{ index: 0, function: { arguments: '{}' } }] },
            logprobs: null,
            finish_reason: null,
          },
        ],
      }),
    );
  });

  it('ends with the error, and nothing after it', () => {
    const error = { code: 'upstream_truncated', message: 'cut', status: 502 } as const;
    const text = encode([START, { type: 'error', error }, { type: 'end' }]);
    expect(payloads(text).at(-1)).toEqual({
      error: { message: 'cut', type: 'server_error', param: null, code: 'upstream_truncated' },
    });
    expect(text).not.toContain('[DONE]');
  });

  it('writes the same bytes again from what its decoder reads of them', () => {
    const text = encode(decodeText(readFixture('tool-calls.stream.txt').toString()));
    expect(encode(decodeText(text))).toBe(text);
    expect(payloads(text)).toMatchSnapshot();
  });

  it('brings unknown fields back to where they stood', () => {
    const chunks = [
      { id: 'c', model: 'alias', citations: ['a'], choices: [{ index: 0, delta: { content: 'x' } }] },
      {
        id: 'c',
        model: 'alias',
        citations: ['b'],
        choices: [{ index: 0, delta: { annotations: [1] }, logprobs: { content: [2] }, finish_reason: 'stop' }],
      },
    ];
    const text = encode(decodeText(chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('')));
    const written = payloads(text);
    expect(written[0]).toMatchObject({ citations: ['a'] });
    expect(written.at(-1)).toMatchObject({
      citations: ['b'],
      choices: [{ delta: { annotations: [1] }, logprobs: { content: [2] }, finish_reason: 'stop' }],
    });
  });

  it('writes the unknown fields of a call, and its missing arguments, at its end', () => {
    const extensions = { 'openai-chat': { extra_content: { google: 1 } } };
    const text = encode([
      START,
      { type: 'tool-call-start', choice: 0, index: 0, id: 'a', name: 'f' },
      { type: 'tool-call-end', choice: 0, index: 0, extensions },
    ]);
    expect(payloads(text).at(-1)).toMatchObject({
      choices: [{ delta: { tool_calls: [{ index: 0, function: { arguments: '{}' }, extra_content: { google: 1 } }] } }],
    });
  });

  it('writes calls of custom tools, and leaves out what only other dialects know', () => {
    const text = encode([
      START,
      {
        type: 'tool-call-start',
        choice: 0,
        index: 0,
        id: 'a',
        name: 'sh',
        extensions: { 'openai-chat': { custom: {} } },
      },
      { type: 'tool-call-delta', choice: 0, index: 0, argumentsText: '{"input":"da' },
      { type: 'tool-call-delta', choice: 0, index: 0, argumentsText: 'te"}' },
      { type: 'tool-call-end', choice: 0, index: 0, extensions: { 'openai-chat': { custom: {} } } },
      {
        type: 'opaque',
        choice: 0,
        index: 1,
        block: { type: 'opaque', dialect: 'anthropic-messages', value: { id: 's' } },
      },
    ]);
    const told = [
      { id: 'a', type: 'custom', custom: { name: 'sh', input: '' } },
      { custom: { input: 'da' } },
      { custom: { input: 'te' } },
    ];
    expect(payloads(text).slice(1)).toMatchObject(
      told.map((call) => ({ choices: [{ delta: { tool_calls: [{ index: 0, ...call }] } }] })),
    );
  });

  it('writes a call as the kind of tool that the client declared', () => {
    const request = decodeRequest({
      model: 'm',
      messages: [{ role: 'user', content: 'hi' }],
      tools: [{ type: 'custom', custom: { name: 'sh' } }],
    }).value;
    const encoder = createStreamEncoder({ ...OPTIONS, request });
    const events: StreamEvent[] = [
      START,
      { type: 'tool-call-start', choice: 0, index: 0, id: 'a', name: 'sh' },
      { type: 'tool-call-delta', choice: 0, index: 0, argumentsText: '{ "cmd": "date" }' },
      { type: 'tool-call-end', choice: 0, index: 0 },
    ];
    const calls = payloads(events.map((event) => encoder.next(event)).join('')).slice(1);
    expect(calls).toMatchObject([
      { choices: [{ delta: { tool_calls: [{ type: 'custom', custom: { name: 'sh', input: '' } }] } }] },
      { choices: [{ delta: { tool_calls: [{ custom: { input: '{ "cmd": "date" }' } }] } }] },
    ]);
  });

  it("hands out the signature of Gemini's call in Google's place for it, marked", () => {
    const text = encode([
      START,
      { type: 'tool-call-start', choice: 0, index: 0, id: 'a', name: 'f' },
      { type: 'tool-call-delta', choice: 0, index: 0, argumentsText: '{}' },
      { type: 'tool-call-end', choice: 0, index: 0, extensions: { gemini: { thoughtSignature: 'c2ln' } } },
    ]);
    const extra_content = { google: { thought_signature: 'switchyard_proof:gemini:reasoning:c2ln' } };
    expect(payloads(text).at(-1)).toMatchObject({
      choices: [{ delta: { tool_calls: [{ index: 0, function: { arguments: '' }, extra_content }] } }],
    });
  });

  it('goes on from a state that was moved as JSON', () => {
    const events = decodeText(readFixture('tool-calls.stream.txt').toString());
    let encoder = createStreamEncoder(OPTIONS);
    let text = '';
    for (const event of events) {
      encoder = createStreamEncoder(OPTIONS, JSON.parse(JSON.stringify(encoder.state)));
      text += encoder.next(event);
    }
    expect(text).toBe(encode(events));
  });
});
