import {
  checkGeminiRequest,
  errorAnswer,
  frameEvent,
  geminiBody,
  geminiPayloads,
  sampleAnswer,
  validateAnthropicResponse,
  validateAnthropicStream,
  validateGeminiResponse,
  validateGeminiStream,
  validateOpenaiChatResponse,
  validateOpenaiChatStream,
  validateResponsesResponse,
  validateResponsesStream,
  type ReplayDialect,
} from '@switchyard/testkit';

import { SECRET, startHarness, type Harness } from './__fixtures__/attempt-harness.js';

const open: Harness[] = [];

afterEach(async () => {
  for (const harness of open.splice(0)) await harness.close();
});

async function start(provider: string): Promise<Harness> {
  const harness = await startHarness({ provider });
  open.push(harness);
  return harness;
}

/** With odd spacing, to see that bytes stay as they are. */
const GEMINI_REQUEST = '{ "contents" :\n[{"role":"user", "parts":[{"text":"Hi"}]}] }';

function framed(payloads: readonly unknown[]): string {
  return payloads.map((payload) => frameEvent('gemini', payload).toString()).join('');
}

const VALIDATORS: Readonly<
  Record<ReplayDialect, { whole: (body: unknown) => readonly string[]; stream: (text: string) => readonly string[] }>
> = {
  'openai-chat': { whole: validateOpenaiChatResponse, stream: validateOpenaiChatStream },
  'openai-responses': { whole: validateResponsesResponse, stream: validateResponsesStream },
  'anthropic-messages': { whole: validateAnthropicResponse, stream: validateAnthropicStream },
  gemini: { whole: validateGeminiResponse, stream: validateGeminiStream },
};

const LONG_NAME = `mcp__files/read ${'x'.repeat(60)}`;
const SCHEMA = { type: 'object', properties: { path: { type: 'string', pattern: '^/' } }, required: ['path'] };

/** A conversation in which a tool of the client is called, and offered again. */
function toolRequest(dialect: ReplayDialect, stream: boolean): string {
  const args = { path: '/a' };
  switch (dialect) {
    case 'openai-chat':
      return JSON.stringify({
        model: 'client-model',
        stream,
        messages: [
          { role: 'user', content: 'Read /a' },
          {
            role: 'assistant',
            tool_calls: [
              { id: 'call_1', type: 'function', function: { name: LONG_NAME, arguments: JSON.stringify(args) } },
            ],
          },
          { role: 'tool', tool_call_id: 'call_1', content: '{"text":"A"}' },
        ],
        tools: [{ type: 'function', function: { name: LONG_NAME, parameters: SCHEMA } }],
      });
    case 'openai-responses':
      return JSON.stringify({
        model: 'client-model',
        stream,
        input: [
          { role: 'user', content: 'Read /a' },
          { type: 'function_call', call_id: 'call_1', name: LONG_NAME, arguments: JSON.stringify(args) },
          { type: 'function_call_output', call_id: 'call_1', output: 'A' },
        ],
        tools: [{ type: 'function', name: LONG_NAME, parameters: SCHEMA, strict: false }],
      });
    case 'anthropic-messages':
      return JSON.stringify({
        model: 'client-model',
        stream,
        max_tokens: 100,
        messages: [
          { role: 'user', content: 'Read /a' },
          { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: LONG_NAME, input: args }] },
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'A' }] },
        ],
        tools: [{ name: LONG_NAME, input_schema: SCHEMA }],
      });
    case 'gemini':
      return JSON.stringify({
        contents: [
          { role: 'user', parts: [{ text: 'Read /a' }] },
          { role: 'model', parts: [{ functionCall: { name: LONG_NAME, args } }] },
          { role: 'user', parts: [{ functionResponse: { name: LONG_NAME, response: { output: 'A' } } }] },
        ],
        tools: [{ functionDeclarations: [{ name: LONG_NAME, parameters: SCHEMA }] }],
      });
  }
}

describe('an attempt from gemini to gemini', () => {
  it('sends the bytes of the client to the path that names the model, and answers with those of the upstream', async () => {
    const harness = await start('gemini');
    const answer = `${JSON.stringify(geminiBody(), undefined, 3)}\n`;
    harness.upstream.script({ type: 'whole', body: answer });
    const { end, text } = await harness.run({ open: { dialect: 'gemini', model: 'a/b' }, body: GEMINI_REQUEST });
    const [request] = harness.upstream.requests;
    expect(request?.body.toString()).toBe(GEMINI_REQUEST);
    expect(request?.path).toBe('/v1beta/models/a%2Fb:generateContent');
    expect(request?.headers).toMatchObject({ 'x-goog-api-key': SECRET });
    expect(text).toBe(answer);
    expect(end).toMatchObject({
      outcome: 'success',
      usage: { inputUncached: 9, output: 5 },
      finish: { reason: 'stop' },
      answeredModel: 'upstream-model',
      dropped: [],
    });
  });

  it.each([[[1]], [[7]], [[100_000]]])('hands on a stream byte for byte, in writes of %j', async (writeSizes) => {
    const harness = await start('gemini');
    harness.upstream.script({ type: 'stream', payloads: geminiPayloads(), writeSizes });
    const { end, text } = await harness.run({ open: { dialect: 'gemini', stream: true }, body: GEMINI_REQUEST });
    expect(harness.upstream.requests[0]?.path).toBe('/v1beta/models/upstream-model:streamGenerateContent?alt=sse');
    expect(text).toBe(framed(geminiPayloads()));
    expect(end).toMatchObject({ outcome: 'success', usage: { output: 5 }, finish: { reason: 'stop' } });
  });

  it('follows a thinking suffix, and leaves every other byte', async () => {
    const harness = await start('gemini');
    const attempt = { dialect: 'gemini', thinking: 'low', model: 'gemini-3-pro' } as const;
    await harness.run({ open: attempt, body: GEMINI_REQUEST });
    const config = '"generationConfig":{"thinkingConfig":{"thinkingLevel":"low","includeThoughts":true}}';
    expect(harness.upstream.requests[0]?.body.toString()).toBe(GEMINI_REQUEST.replace(/ \}$/, `,${config} }`));
  });

  it('says that a stream is cut, in its own shape', async () => {
    const harness = await start('gemini');
    const atByte = framed(geminiPayloads().slice(0, 2)).length;
    harness.upstream.script({ type: 'stream', payloads: geminiPayloads(), ending: { type: 'end-early', atByte } });
    const { end, text } = await harness.run({ open: { dialect: 'gemini', stream: true }, body: GEMINI_REQUEST });
    expect(end).toMatchObject({ outcome: 'error', error: { code: 'upstream_truncated' } });
    expect(validateGeminiStream(text)).toEqual([]);
    expect(text).toContain('"status":"UNAVAILABLE"');
  });
});

function callOf(name: string, dialect: ReplayDialect, stream: boolean) {
  return sampleAnswer(dialect, { stream, toolCalls: [{ id: 'call_2', name, arguments: '{"path":"/b"}' }] });
}

const PAIRS: readonly [ReplayDialect, string, ReplayDialect][] = [
  ['openai-chat', 'gemini', 'gemini'],
  ['anthropic-messages', 'gemini', 'gemini'],
  ['openai-responses', 'gemini', 'gemini'],
  ['gemini', 'openai-compatibility', 'openai-chat'],
  ['gemini', 'codex', 'openai-responses'],
  ['openai-chat', 'codex', 'openai-responses'],
  ['anthropic-messages', 'codex', 'openai-responses'],
  ['anthropic-messages', 'openai', 'openai-responses'],
  ['gemini', 'claude', 'anthropic-messages'],
];

describe.each(PAIRS)('an attempt from %s to %s', (dialect, provider, upstream) => {
  it.each([false, true])(
    'translates both ways, and gives tools their own names back (streamed: %s)',
    async (stream) => {
      const harness = await start(provider);
      const body = toolRequest(dialect, stream);
      harness.upstream.script(sampleAnswer(upstream, { stream }));
      await harness.run({ open: { dialect, stream }, body });
      const sent = JSON.stringify(harness.upstream.requests[0]?.json);
      expect(sent).not.toContain(LONG_NAME);
      const name = /"name":"(mcp__files_read_x+_[0-9a-f]{8})"/.exec(sent)?.[1] ?? '';

      harness.upstream.script(callOf(name, upstream, stream));
      const { end, text } = await harness.run({ open: { dialect, stream }, body });
      expect(end).toMatchObject({ outcome: 'success', finish: { reason: 'tool-calls' } });
      expect(stream ? VALIDATORS[dialect].stream(text) : VALIDATORS[dialect].whole(JSON.parse(text))).toEqual([]);
      expect(text).toContain(`"name":${JSON.stringify(LONG_NAME)}`);
      expect(text).not.toContain(name);
    },
  );

  it('tells a refusal in the dialect of the client, with how long to wait', async () => {
    const harness = await start(provider);
    harness.upstream.script(errorAnswer(upstream, 429, 'slow down', { 'retry-after': '7' }));
    const { end } = await harness.run({ open: { dialect }, body: toolRequest(dialect, false) });
    expect(end.error).toMatchObject({ code: 'upstream_rate_limited', retryAfterMs: 7000 });
    expect(end.error?.answer).toMatchObject({ status: 429, headers: { 'retry-after': '7' } });
    const { error } = JSON.parse(end.error?.answer?.body ?? '');
    if (dialect === 'gemini') expect(error).toMatchObject({ code: 429, status: 'RESOURCE_EXHAUSTED' });
    else expect(error.type).toMatch(/^rate_limit_e/);
  });

  it('turns JSON into events where a stream was asked for', async () => {
    const harness = await start(provider);
    harness.upstream.script(sampleAnswer(upstream));
    const { end, text } = await harness.run({ open: { dialect, stream: true }, body: toolRequest(dialect, true) });
    expect(end.outcome).toBe('success');
    expect(VALIDATORS[dialect].stream(text)).toEqual([]);
  });
});

describe('strict mode', () => {
  it('refuses what gemini has no place for, before anything is sent', async () => {
    const harness = await start('gemini');
    const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hi' }], logit_bias: { 5: 1 } });
    const { end } = await harness.run({ open: { strict: true }, body });
    expect(end.error).toMatchObject({ code: 'untranslatable_field', status: 400, param: 'logit_bias' });
    expect(harness.upstream.requests).toHaveLength(0);
  });

  it('is content with a conversation that gemini can carry whole', async () => {
    const harness = await start('gemini');
    const { end } = await harness.run({ open: { strict: true }, body: toolRequest('openai-chat', false) });
    expect(end).toMatchObject({ outcome: 'success', dropped: [] });
    expect(checkGeminiRequest(harness.upstream.requests[0]?.json)).toEqual([]);
  });
});
