import { setTimeout as sleep } from 'node:timers/promises';

import {
  anthropicBody,
  anthropicPayloads,
  errorAnswer,
  frameEvent,
  HTML_PAGE,
  middleOf,
  openaiChatBody,
  openaiChatPayloads,
  sampleAnswer,
  validateAnthropicResponse,
  validateAnthropicStream,
  validateOpenaiChatResponse,
  validateOpenaiChatStream,
  type Answer,
  type StreamEnding,
  type ReplayDialect,
} from '@switchyard/testkit';

import { DEADLINES, SECRET, startHarness, type Harness, type HarnessOptions } from './__fixtures__/attempt-harness.js';

const OPENAI = 'openai-compatibility';
const CLAUDE = 'claude';

const open: Harness[] = [];

afterEach(async () => {
  for (const harness of open.splice(0)) {
    expect(harness.logLines.join('')).not.toContain(SECRET);
    await harness.close();
  }
});

async function start(provider: string, options: Omit<HarnessOptions, 'provider'> = {}): Promise<Harness> {
  const harness = await startHarness({ provider, ...options });
  open.push(harness);
  return harness;
}

/** With odd spacing, to see that bytes stay as they are. */
function openaiRequest(changes: Record<string, unknown> = {}): string {
  const fields = { messages: [{ role: 'user', content: 'Hi' }], ...changes };
  return `{ "model" : "client-model",\n${JSON.stringify(fields).slice(1)}`;
}

function anthropicRequest(changes: Record<string, unknown> = {}): string {
  const fields = { max_tokens: 100, messages: [{ role: 'user', content: 'Hi' }], ...changes };
  return `{ "model" : "client-model",\n${JSON.stringify(fields).slice(1)}`;
}

function requestOf(dialect: ReplayDialect, changes: Record<string, unknown> = {}): string {
  return dialect === 'openai-chat' ? openaiRequest(changes) : anthropicRequest(changes);
}

function framed(dialect: ReplayDialect, payloads: readonly unknown[]): string {
  return payloads.map((payload) => frameEvent(dialect, payload).toString()).join('');
}

/** The events of a stream that has been cut off by an error, which must be the last of them. */
function eventsOf(text: string): Record<string, unknown>[] {
  expect(text).toMatch(/\n\n$/);
  return text
    .trimEnd()
    .split('\n\n')
    .map((block) => block.slice(block.indexOf('data: ') + 'data: '.length))
    .filter((data) => data !== '[DONE]')
    .map((data) => JSON.parse(data));
}

const SAME: readonly [string, ReplayDialect][] = [
  [OPENAI, 'openai-chat'],
  [CLAUDE, 'anthropic-messages'],
];
/** Provider, the client's dialect, the upstream's. */
const ALL: readonly [string, ReplayDialect, ReplayDialect][] = [
  [OPENAI, 'openai-chat', 'openai-chat'],
  [CLAUDE, 'anthropic-messages', 'anthropic-messages'],
  [OPENAI, 'anthropic-messages', 'openai-chat'],
  [CLAUDE, 'openai-chat', 'anthropic-messages'],
];

describe('an attempt in the dialect of its upstream', () => {
  it.each(SAME)(
    'of %s sends the bytes of the client with another model, and answers with those of the upstream',
    async (provider, dialect) => {
      const harness = await start(provider);
      const body = requestOf(dialect, { temperature: 0.5 });
      const answer = `${JSON.stringify(dialect === 'openai-chat' ? openaiChatBody() : anthropicBody(), undefined, 3)}\n`;
      harness.upstream.script({ type: 'whole', headers: { 'content-type': 'application/json; x=1' }, body: answer });
      const { end, head, text } = await harness.run({ open: { dialect }, body });
      expect(harness.upstream.requests[0]?.body.toString()).toBe(body.replace('client-model', 'upstream-model'));
      expect(text).toBe(answer);
      expect(head).toEqual({
        status: 200,
        headers: { 'content-type': 'application/json; x=1', 'content-length': `${Buffer.byteLength(answer)}` },
        waitedMs: expect.any(Number),
      });
      expect(end).toMatchObject({
        outcome: 'success',
        upstreamStatus: 200,
        usage: { inputUncached: 9, output: 5 },
        finish: { reason: 'stop' },
        answeredModel: 'upstream-model',
        dropped: [],
      });
      expect(end.timings.headersMs).toBeGreaterThanOrEqual(end.timings.preparedMs);
      expect(end.timings.totalMs).toBeGreaterThanOrEqual(end.timings.firstContentMs ?? Infinity);
    },
  );

  it('takes out what the client was told in the name of another provider, which this one would refuse', async () => {
    const harness = await start(CLAUDE);
    harness.upstream.script(sampleAnswer('anthropic-messages'));
    const signature = 'switchyard_proof:openai-responses:reasoning:ENC';
    const content = [
      { type: 'thinking', thinking: 'hm', signature },
      { type: 'text', text: 'so' },
    ];
    const messages = [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content },
      { role: 'user', content: 'Go on' },
    ];
    const { end, head } = await harness.run({
      open: { dialect: 'anthropic-messages' },
      body: anthropicRequest({ messages }),
    });
    expect(end.outcome).toBe('success');
    expect(head?.headers['x-switchyard-dropped']).toBe('messages[].content[].thinking');
    expect(String(harness.upstream.requests[0]?.body)).not.toContain('switchyard_');
    expect(JSON.parse(String(harness.upstream.requests[0]?.body))).toMatchObject({
      model: 'upstream-model',
      messages: [{ role: 'user' }, { role: 'assistant', content: [{ text: 'so' }] }, { role: 'user' }],
    });
    const strict = await harness.run({
      open: { dialect: 'anthropic-messages', strict: true },
      body: anthropicRequest({ messages }),
    });
    expect(strict.end.error).toMatchObject({ code: 'untranslatable_field', param: 'messages[].content[].thinking' });
  });

  it('asks a model to think within the limits that the operator gave it', async () => {
    const thinking = { 'upstream-model': { levels: ['low' as const, 'high' as const] } };
    const harness = await start(OPENAI, { credential: { thinking } });
    harness.upstream.script(sampleAnswer('openai-chat'));
    const body = anthropicRequest({ max_tokens: 9000, thinking: { type: 'enabled', budget_tokens: 8000 } });
    await harness.run({ open: { dialect: 'anthropic-messages' }, body });
    expect(JSON.parse(String(harness.upstream.requests[0]?.body))).toMatchObject({ reasoning_effort: 'low' });
  });

  it.each(SAME)('of %s hands on a stream byte for byte, however it arrives', async (provider, dialect) => {
    for (const writeSizes of [[1], [7], [100_000]]) {
      const harness = await start(provider);
      const payloads = dialect === 'openai-chat' ? openaiChatPayloads() : anthropicPayloads();
      harness.upstream.script({ type: 'stream', payloads, writeSizes });
      const body = requestOf(dialect, { stream: true });
      const { end, head, text } = await harness.run({ open: { dialect, stream: true }, body });
      expect(text).toBe(framed(dialect, payloads));
      expect(head?.headers).toMatchObject({ 'cache-control': 'no-cache', 'x-accel-buffering': 'no' });
      expect(end).toMatchObject({
        outcome: 'success',
        usage: { inputUncached: 9, output: 5 },
        finish: { reason: 'stop' },
      });
    }
  });

  it('reuses the connection after a stream', async () => {
    const harness = await start(OPENAI);
    for (let count = 0; count < 3; count += 1) {
      await harness.run({ open: { stream: true }, body: openaiRequest({ stream: true }) });
      await sleep(20);
    }
    expect(await harness.upstream.connectionCount()).toBe(1);
  });

  it('hands on events with CRLF line ends and comments, and a last event without its empty line', async () => {
    const harness = await start(OPENAI);
    const text = `: waiting\r\n\r\n${framed('openai-chat', openaiChatPayloads()).replaceAll('\n', '\r\n').trimEnd()}\r\n`;
    harness.upstream.script({ type: 'whole', headers: { 'content-type': 'text/event-stream' }, body: text });
    const outcome = await harness.run({ open: { stream: true }, body: openaiRequest({ stream: true }) });
    expect(outcome.end.outcome).toBe('success');
    expect(outcome.text).toBe(text);
  });
});

describe('an attempt in another dialect', () => {
  it('answers an openai-chat client from a Messages upstream', async () => {
    const harness = await start(CLAUDE);
    const { end, head, text } = await harness.run({ body: openaiRequest({ logit_bias: { 5: 1 } }) });
    expect(harness.upstream.requests[0]?.json).toMatchObject({ model: 'upstream-model', max_tokens: 8192 });
    expect(validateOpenaiChatResponse(JSON.parse(text))).toEqual([]);
    expect(JSON.parse(text)).toMatchObject({
      model: 'client-model',
      choices: [{ message: { content: 'Hello from upstream.' }, finish_reason: 'stop' }],
    });
    expect(head?.headers).toEqual({
      'content-type': 'application/json',
      'content-length': `${Buffer.byteLength(text)}`,
      'x-switchyard-dropped': 'logit_bias',
    });
    expect(end).toMatchObject({ outcome: 'success', dropped: ['logit_bias'] });
  });

  it('answers a Messages client from an openai-chat upstream', async () => {
    const harness = await start(OPENAI);
    const { end, text } = await harness.run({ open: { dialect: 'anthropic-messages' }, body: anthropicRequest() });
    expect(validateAnthropicResponse(JSON.parse(text))).toEqual([]);
    expect(JSON.parse(text)).toMatchObject({
      model: 'client-model',
      content: [{ type: 'text', text: 'Hello from upstream.' }],
    });
    expect(end).toMatchObject({ outcome: 'success', usage: { output: 5 } });
  });

  it('streams to an openai-chat client from a Messages upstream, with usage only if asked for', async () => {
    for (const includeUsage of [true, false]) {
      const harness = await start(CLAUDE);
      const body = openaiRequest({ stream: true, stream_options: { include_usage: includeUsage } });
      const { end, head, text } = await harness.run({ open: { stream: true }, body });
      expect(validateOpenaiChatStream(text)).toEqual([]);
      expect(text.includes('"usage":{')).toBe(includeUsage);
      expect(head?.headers['content-type']).toBe('text/event-stream; charset=utf-8');
      expect(end).toMatchObject({ outcome: 'success', finish: { reason: 'stop' }, usage: { output: 5 } });
    }
  });

  it('streams to a Messages client from an openai-chat upstream', async () => {
    const harness = await start(OPENAI);
    const body = anthropicRequest({ stream: true });
    const { end, text } = await harness.run({ open: { dialect: 'anthropic-messages', stream: true }, body });
    expect(validateAnthropicStream(text)).toEqual([]);
    expect(end).toMatchObject({ outcome: 'success', finish: { reason: 'stop' } });
  });

  it('names what was lost as the client wrote it', async () => {
    const harness = await start(OPENAI);
    const { end, head } = await harness.run({
      open: { dialect: 'anthropic-messages' },
      body: anthropicRequest({
        top_k: 5,
        tools: [{ name: 'f', input_schema: { type: 'object' }, cache_control: { type: 'ephemeral' } }],
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi', cache_control: { type: 'ephemeral' } }] }],
      }),
    });
    expect(end.dropped).toEqual(
      expect.arrayContaining(['top_k', 'messages[].content[].cache_control', 'tools[].cache_control']),
    );
    expect(head?.headers['x-switchyard-dropped']).toContain('messages[].content[].cache_control');
  });

  it.each([true, false])('tells what the answer lost, in the header and at the end (stream: %s)', async (stream) => {
    const harness = await start(OPENAI);
    const chunk = { id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm', system_fingerprint: 'fp' };
    const message = { role: 'assistant', content: 'Hi' };
    const logprobs = { content: [{ token: 'Hi' }] };
    const choices = [{ index: 0, message, finish_reason: 'stop', logprobs }];
    const payloads = [
      { ...chunk, choices: [{ index: 0, delta: message, finish_reason: null }] },
      { ...chunk, choices: [{ index: 0, delta: {}, finish_reason: 'stop', logprobs }] },
      '[DONE]',
    ];
    harness.upstream.script(stream ? { type: 'stream', payloads } : { type: 'whole', body: { ...chunk, choices } });
    const { end, head } = await harness.run({
      open: { dialect: 'anthropic-messages', stream },
      body: anthropicRequest({ stream }),
    });
    expect(end.dropped).toEqual(['response.system_fingerprint', 'response.choices[].logprobs']);
    // A stream's header is sent with its first content.
    const atHead = stream ? end.dropped.slice(0, 1) : end.dropped;
    expect(head?.headers['x-switchyard-dropped']).toBe(atHead.join(', '));
  });

  it('is refused in strict mode, before anything is sent, where a field would be lost', async () => {
    const harness = await start(CLAUDE);
    const { end, head } = await harness.run({ open: { strict: true }, body: openaiRequest({ logit_bias: { 5: 1 } }) });
    expect(end.error).toMatchObject({ code: 'untranslatable_field', status: 400, param: 'logit_bias' });
    expect(head).toBeUndefined();
    expect(harness.upstream.requests).toHaveLength(0);
  });

  it.each(ALL)('of %s turns JSON into events where %s asked for a stream from %s', async (provider, dialect) => {
    const harness = await start(provider);
    harness.upstream.script(sampleAnswer(provider === CLAUDE ? 'anthropic-messages' : 'openai-chat'));
    const { end, head, text } = await harness.run({
      open: { dialect, stream: true },
      body: requestOf(dialect, { stream: true }),
    });
    expect(end.outcome).toBe('success');
    expect(head?.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    expect(dialect === 'openai-chat' ? validateOpenaiChatStream(text) : validateAnthropicStream(text)).toEqual([]);
    expect(text).toContain('Hello from upstream.');
  });

  it.each([
    [true, { include_usage: true }],
    [false, { include_usage: false }],
    [false, undefined],
  ])('tells the usage in such events (%s) for stream_options %j', async (told, streamOptions) => {
    for (const provider of [OPENAI, CLAUDE]) {
      const harness = await start(provider);
      harness.upstream.script(sampleAnswer(provider === CLAUDE ? 'anthropic-messages' : 'openai-chat'));
      const body = openaiRequest({ stream: true, stream_options: streamOptions });
      const { text } = await harness.run({ open: { stream: true }, body });
      expect(validateOpenaiChatStream(text)).toEqual([]);
      expect(text.includes('"usage":{')).toBe(told);
    }
  });
});

describe('the call', () => {
  it('carries the headers of provider, client, credential and trace, and no others', async () => {
    const harness = await start(CLAUDE, {
      credential: { headers: { 'X-Team': 'core', 'X-App': '$X-Client-App', 'X-None': '$absent', Connection: 'close' } },
    });
    await harness.run({
      open: {
        dialect: 'anthropic-messages',
        traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
        tracestate: 'vendor=1',
        headers: { 'anthropic-beta': 'tools-1', 'x-client-app': 'editor', 'x-other': 'kept back' },
      },
      body: anthropicRequest(),
    });
    const {
      traceparent,
      host: _host,
      'content-length': _length,
      ...headers
    } = harness.upstream.requests[0]?.headers ?? {};
    expect(headers).toEqual({
      accept: 'application/json',
      'accept-encoding': 'identity',
      'anthropic-beta': 'tools-1',
      'anthropic-version': '2023-06-01',
      connection: 'keep-alive',
      'content-type': 'application/json',
      tracestate: 'vendor=1',
      'user-agent': 'switchyard',
      'x-api-key': SECRET,
      'x-app': 'editor',
      'x-team': 'core',
    });
    expect(traceparent).toMatch(/^00-4bf92f3577b34da6a3ce929d0e0e4736-(?!00f067aa0ba902b7)[0-9a-f]{16}-01$/);
  });

  it('is answered by the simulator within the process', async () => {
    const harness = await start('simulator', { credential: { provider: 'simulator', sealedSecret: undefined } });
    const body = openaiRequest({ stream: true });
    const { end, text } = await harness.run({ open: { stream: true, model: 'echo' }, body });
    expect(end.outcome).toBe('success');
    expect(validateOpenaiChatStream(text)).toEqual([]);
    expect(harness.upstream.requests).toHaveLength(0);
  });

  it('passes the headers of the upstream on where the configuration says so', async () => {
    const harness = await start(OPENAI, { passthroughHeaders: true });
    harness.upstream.script({
      ...sampleAnswer('openai-chat'),
      headers: { 'openai-version': '2020', 'set-cookie': 'a=b' },
    });
    const { head } = await harness.run({ body: openaiRequest() });
    expect(head?.headers).toMatchObject({ 'openai-version': '2020' });
    expect(head?.headers).not.toHaveProperty('set-cookie');
  });
});

describe('a failure before any content', () => {
  const preamble = openaiChatPayloads().slice(0, 1);
  const streamed: readonly [string, Answer, string][] = [
    [
      'an error event',
      { type: 'stream', payloads: [{ error: { message: 'no room', type: 'server_error' } }] },
      'upstream_',
    ],
    ['no event at all', { type: 'stream', payloads: [] }, 'upstream_truncated'],
    ['only [DONE]', { type: 'stream', payloads: ['[DONE]'] }, 'upstream_'],
    ['a malformed event', { type: 'stream', payloads: [...preamble, '{"choices":[{'] }, 'upstream_malformed'],
    ['only a role', { type: 'stream', payloads: preamble }, 'upstream_truncated'],
    ['an HTML page', HTML_PAGE, 'upstream_malformed'],
    ['a reset', { type: 'reset' }, 'upstream_network_error'],
    ['a close', { type: 'close' }, 'upstream_network_error'],
    ['a cut', { type: 'stream', payloads: preamble, ending: { type: 'cut', atByte: 20 } }, 'upstream_network_error'],
    [
      'endless comments',
      { type: 'whole', headers: { 'content-type': 'text/event-stream' }, body: ': x\n\n'.repeat(300_000) },
      'upstream_malformed',
    ],
  ];
  it.each(streamed)('leaves nothing with the client: %s', async (_name, answer, code) => {
    const harness = await start(OPENAI);
    harness.upstream.script(answer);
    const { end, head, text } = await harness.run({ open: { stream: true }, body: openaiRequest({ stream: true }) });
    expect(end.outcome).toBe('error');
    expect(end.error?.code.startsWith(code)).toBe(true);
    expect({ head, text }).toEqual({ head: undefined, text: '' });
  });

  const whole: readonly [string, Answer, string][] = [
    ['an empty body', { type: 'whole', body: '' }, 'upstream_malformed'],
    ['half a body', { type: 'whole', body: JSON.stringify(openaiChatBody()).slice(0, 80) }, 'upstream_malformed'],
    ['another shape', { type: 'whole', body: { hello: 'world' } }, 'upstream_malformed'],
    ['an HTML page', HTML_PAGE, 'upstream_malformed'],
    [
      'a redirect',
      { type: 'whole', status: 302, headers: { location: 'https://elsewhere.invalid' }, body: '' },
      'upstream_malformed',
    ],
    ['an HTML 404', { ...HTML_PAGE, status: 404 }, 'upstream_malformed'],
    [
      'an error inside a 200',
      { type: 'whole', body: { error: { code: 429, message: 'slow down' } } },
      'upstream_rate_limited',
    ],
  ];
  it.each(whole)('is told of a JSON answer too: %s', async (_name, answer, code) => {
    const harness = await start(OPENAI);
    harness.upstream.script(answer);
    const { end, head } = await harness.run({ body: openaiRequest() });
    expect(end).toMatchObject({ outcome: 'error', error: { code } });
    expect(head).toBeUndefined();
  });

  it('names the base-url as the likely culprit of an HTML page', async () => {
    const harness = await start(OPENAI);
    harness.upstream.script(HTML_PAGE);
    const { end } = await harness.run({ body: openaiRequest() });
    expect(end.error?.message).toMatch(
      /answered \/v1\/chat\/completions with a web page.*base-url of credential cred-1/,
    );
  });

  it('says which credential is missing', async () => {
    const harness = await start(OPENAI);
    const { end } = await harness.run({ open: { credentialId: 'gone' }, body: openaiRequest() });
    expect(end.error).toMatchObject({ code: 'credential_unavailable', status: 503 });
  });
});

describe('a refusal of the upstream', () => {
  it.each(ALL)('of %s is told to a client of %s in its dialect: 429 from %s', async (provider, dialect, upstream) => {
    const harness = await start(provider);
    harness.upstream.script(errorAnswer(upstream, 429, 'slow down', { 'retry-after': '7' }));
    const { end, head } = await harness.run({ open: { dialect }, body: requestOf(dialect) });
    expect(end).toMatchObject({
      outcome: 'error',
      upstreamStatus: 429,
      error: { code: 'upstream_rate_limited', status: 429, retryAfterMs: 7_000 },
    });
    expect(end.error?.answer).toMatchObject({ status: 429, headers: { 'retry-after': '7' } });
    const body = JSON.parse(end.error?.answer?.body ?? '');
    expect(body.error.type).toMatch(/^rate_limit_e/);
    expect('request_id' in body || 'type' in body).toBe(dialect === 'anthropic-messages');
    expect(head).toBeUndefined();
  });

  it.each(SAME)('of %s about the request itself reaches its own dialect byte for byte', async (provider, dialect) => {
    const harness = await start(provider);
    const body = `${JSON.stringify(errorAnswer(dialect, 400, 'messages: too odd').body)} `;
    harness.upstream.script({ type: 'whole', status: 400, headers: { 'content-type': 'application/json' }, body });
    const { end } = await harness.run({ open: { dialect }, body: requestOf(dialect) });
    expect(end.error).toMatchObject({
      code: 'upstream_invalid_request',
      answer: { status: 400, headers: { 'content-type': 'application/json' }, body },
    });
  });

  it.each(ALL)('of %s is attributed: 500 to %s from %s', async (provider, dialect, upstream) => {
    const harness = await start(provider);
    harness.upstream.script(errorAnswer(upstream, 500, 'broken'));
    const { end } = await harness.run({ open: { dialect }, body: requestOf(dialect) });
    expect(end).toMatchObject({ outcome: 'error', error: { code: 'upstream_server_error', status: 502 } });
  });

  it.each(ALL)('of %s about the key stays between it and the operator: %s, %s', async (provider, dialect, upstream) => {
    const harness = await start(provider);
    harness.upstream.script(errorAnswer(upstream, 401, `Incorrect API key provided: ${SECRET.slice(0, 12)}***`));
    const { end } = await harness.run({ open: { dialect }, body: requestOf(dialect) });
    expect(end).toMatchObject({ outcome: 'error', error: { code: 'upstream_auth_failed', status: 502 } });
    expect(JSON.stringify(end)).not.toContain(SECRET.slice(0, 12));
  });

  it('never repeats the secret, wherever the upstream quotes it', async () => {
    const harness = await start(OPENAI);
    harness.upstream.script(errorAnswer('openai-chat', 400, `what is ${SECRET}?`));
    const { end } = await harness.run({ body: openaiRequest() });
    expect(end.error?.answer?.body).toContain('what is [redacted]?');
    expect(JSON.stringify(end)).not.toContain(SECRET);
  });
});

describe('a stream that breaks after content', () => {
  const endings: readonly StreamEnding['type'][] = ['cut', 'end-early', 'broken-encoding'];
  it.each(ALL.flatMap((row) => endings.map((ending) => [...row, ending] as const)))(
    'of %s ends with an error that %s understands, after whole events only: from %s, %s',
    async (provider, dialect, upstream, type) => {
      const payloads = upstream === 'openai-chat' ? openaiChatPayloads() : anthropicPayloads();
      const content = framed(upstream, payloads).indexOf('Hello') + 1;
      const enough = framed(upstream, payloads).indexOf('\n\n', content) + 2;
      for (const atByte of [enough, enough + 1, enough + 25]) {
        const harness = await start(provider);
        harness.upstream.script({
          type: 'stream',
          payloads,
          ending: { type, atByte },
          writeSizes: [enough, 1000],
          chunkDelayMs: 5,
        });
        const { end, head, text } = await harness.run({
          open: { dialect, stream: true },
          body: requestOf(dialect, { stream: true }),
        });
        expect(head?.status).toBe(200);
        expect(end.outcome).toBe('error');
        expect(['upstream_truncated', 'upstream_network_error']).toContain(end.error?.code);
        const events = eventsOf(text);
        expect(JSON.stringify(events)).toContain('Hello');
        expect(events.filter((event) => 'error' in event)).toHaveLength(1);
        expect(events.at(-1)).toMatchObject({ error: { message: end.error?.message } });
        expect(text).not.toContain('[DONE]');
      }
    },
  );

  it('puts one error of our own in the place of the error event of the upstream', async () => {
    const harness = await start(OPENAI);
    const payloads = [
      ...openaiChatPayloads().slice(0, 2),
      { error: { message: `bad ${SECRET}`, type: 'server_error' } },
    ];
    harness.upstream.script({ type: 'stream', payloads });
    const { end, text } = await harness.run({ open: { stream: true }, body: openaiRequest({ stream: true }) });
    expect(end.outcome).toBe('error');
    expect(eventsOf(text).filter((event) => 'error' in event)).toHaveLength(1);
    expect(text + JSON.stringify(end)).not.toContain(SECRET);
  });

  it('is whole when only the connection breaks, after the terminal proof', async () => {
    const harness = await start(OPENAI);
    const payloads = openaiChatPayloads();
    const proof = framed('openai-chat', payloads).indexOf('[DONE]');
    harness.upstream.script({ type: 'stream', payloads, ending: { type: 'cut', atByte: proof - 6 } });
    const { end, text } = await harness.run({ open: { stream: true }, body: openaiRequest({ stream: true }) });
    expect(end).toMatchObject({ outcome: 'success', usage: { output: 5 } });
    expect(eventsOf(text).some((event) => 'error' in event)).toBe(false);
  });
});

describe('a client that leaves', () => {
  it.each([true, false])('takes the upstream call with it within 100 ms (streamed: %s)', async (stream) => {
    const harness = await start(OPENAI);
    const stall: Answer = { type: 'stream', payloads: openaiChatPayloads(), ending: { type: 'stall', atByte: 400 } };
    let count = 0;
    const tookMs = await middleOf(3, async () => {
      harness.upstream.script(stream ? stall : { type: 'silence' });
      const client = new AbortController();
      const running = harness.run({ open: { stream }, body: openaiRequest({ stream }), signal: client.signal });
      count += 1;
      const request = await harness.upstream.waitForRequests(count);
      await sleep(50);
      const leftAtMs = performance.now();
      client.abort();
      const { end } = await running;
      const endedMs = performance.now() - leftAtMs;
      expect(end.outcome).toBe('cancelled');
      expect(end.error).toBeUndefined();
      return Math.max(endedMs, (await request.aborted) - leftAtMs);
    });
    expect(tookMs).toBeLessThan(100);
  });

  it('was never called for where it left first', async () => {
    const harness = await start(OPENAI);
    const { end } = await harness.run({ body: openaiRequest(), signal: AbortSignal.abort() });
    expect(end.outcome).toBe('cancelled');
    expect(harness.upstream.requests).toHaveLength(0);
  });

  it('does not keep a slow reader waiting for ever', async () => {
    const harness = await start(OPENAI);
    const client = new AbortController();
    const { end } = await harness.run({
      open: { stream: true },
      body: openaiRequest({ stream: true }),
      signal: client.signal,
      onData: () => {
        setTimeout(() => client.abort(), 20);
        return new Promise(() => {});
      },
    });
    expect(end.outcome).toBe('cancelled');
  });
});

describe('an attempt that breaks within', () => {
  it.each([true, false])('ends as internal, and the log has the cause (streamed: %s)', async (stream) => {
    const harness = await start(OPENAI);
    const broken = (): undefined => {
      throw new Error('the frame was bent');
    };
    const { end } = await harness.run({ open: { stream }, body: openaiRequest({ stream }), onData: broken });
    expect(end).toMatchObject({ outcome: 'error', error: { code: 'internal', status: 500 } });
    expect(JSON.stringify(end)).not.toContain('bent');
    expect(harness.logLines.join('')).toContain('the frame was bent');
  });
});

describe('the time waited for the upstream', () => {
  it.each([
    [false, { ...sampleAnswer('openai-chat'), delayMs: 120 }],
    [true, { ...sampleAnswer('openai-chat', { stream: true }), firstChunkDelayMs: 120 }],
  ])('is told with the head (streamed: %s)', async (stream, answer) => {
    const harness = await start(OPENAI);
    harness.upstream.script(answer);
    const { end, head } = await harness.run({ open: { stream }, body: openaiRequest({ stream }) });
    expect(head?.waitedMs).toBeGreaterThan(100);
    expect(head?.waitedMs).toBeLessThan(end.timings.totalMs);
  });
});

describe('deadlines', () => {
  const silence: Answer = { type: 'silence' };
  const stall: Answer = { type: 'stream', payloads: openaiChatPayloads(), ending: { type: 'stall', atByte: 400 } };
  const quiet: Answer = { type: 'stream', payloads: openaiChatPayloads(), firstChunkDelayMs: 3_000 };

  it.each([
    ['headers', true, silence, { headersMs: 80 }, 'upstream_timeout', /did not begin to answer within 80 ms/],
    ['first content', true, quiet, { firstContentMs: 80 }, 'upstream_timeout', /no content within 80 ms/],
    ['total', true, silence, { totalMs: 80 }, 'total_deadline', /not finished within 80 ms/],
    [
      'total, not streamed',
      false,
      silence,
      { totalMs: 80, headersMs: 20, firstContentMs: 20 },
      'total_deadline',
      /80 ms/,
    ],
  ])('of %s end the attempt and its call', async (_name, stream, answer, deadlines, code, message) => {
    const harness = await start(OPENAI);
    harness.upstream.script(answer);
    const startedAtMs = performance.now();
    const running = harness.run({
      open: { stream, deadlines: { ...DEADLINES, ...deadlines } },
      body: openaiRequest({ stream }),
    });
    const request = await harness.upstream.waitForRequests(1);
    const { end, head } = await running;
    expect(performance.now() - startedAtMs).toBeLessThan(500);
    expect(end).toMatchObject({ outcome: 'error', error: { code, message: expect.stringMatching(message) } });
    expect(head).toBeUndefined();
    await request.aborted;
  });

  it.each([
    ['idle', { idleMs: 80 }, 'upstream_timeout'],
    ['total', { totalMs: 150 }, 'total_deadline'],
  ])('of %s are told to a client that has content already', async (_name, deadlines, code) => {
    const harness = await start(OPENAI);
    harness.upstream.script({ ...stall, ending: { type: 'stall', atByte: 600 } });
    const { end, text } = await harness.run({
      open: { stream: true, deadlines: { ...DEADLINES, ...deadlines } },
      body: openaiRequest({ stream: true }),
    });
    expect(end).toMatchObject({ outcome: 'error', error: { code } });
    expect(eventsOf(text).at(-1)).toHaveProperty('error');
  });

  it('let a slow answer that is not streamed take its time', async () => {
    const harness = await start(OPENAI);
    harness.upstream.script({ ...sampleAnswer('openai-chat'), delayMs: 200 });
    const { end } = await harness.run({
      open: { deadlines: { ...DEADLINES, headersMs: 50, firstContentMs: 50 } },
      body: openaiRequest(),
    });
    expect(end.outcome).toBe('success');
  });
});
