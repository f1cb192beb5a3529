import { setTimeout as sleep } from 'node:timers/promises';

import { HTML_PAGE, type Answer } from './answer.js';
import { startReplayUpstream, type ReplayUpstream } from './replay-upstream.js';
import { errorAnswer, openaiChatPayloads, sampleAnswer } from './sample-answers.js';

const CHAT = { model: 'm', messages: [{ role: 'user', content: 'hi' }] };
const MESSAGES = { ...CHAT, max_tokens: 10 };

let upstream: ReplayUpstream;

beforeEach(async () => {
  upstream = await startReplayUpstream({ models: ['b', 'a'] });
});

afterEach(async () => {
  await upstream.close();
});

function post(path: string, body: unknown, options: { headers?: Record<string, string>; signal?: AbortSignal } = {}) {
  return fetch(upstream.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...options.headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    signal: options.signal,
  });
}

function chat(body: unknown = CHAT, signal?: AbortSignal) {
  return post('/v1/chat/completions', body, { headers: { authorization: 'Bearer upstream-key' }, signal });
}

function messages(body: unknown = MESSAGES) {
  return post('/v1/messages', body, { headers: { 'x-api-key': 'upstream-key', 'anthropic-version': '2023-06-01' } });
}

function streamOf(rest: Partial<Extract<Answer, { type: 'stream' }>>): Answer {
  return { type: 'stream', payloads: openaiChatPayloads(), ...rest };
}

describe('a replay upstream', () => {
  it('answers both dialects, whole and streamed, under any base path', async () => {
    expect(await (await chat()).json()).toMatchObject({ object: 'chat.completion' });
    expect(await (await messages()).json()).toMatchObject({ type: 'message' });
    expect(await (await chat({ ...CHAT, stream: true })).text()).toMatch(/^data: \{[^]*\n\ndata: \[DONE\]\n\n$/);
    expect(await (await messages({ ...MESSAGES, stream: true })).text()).toMatch(/^event: message_start\ndata: /);
    const prefixed = await post('/api/v1/chat/completions', CHAT, {
      headers: { authorization: 'Bearer upstream-key' },
    });
    expect(prefixed.status).toBe(200);
  });

  it('answers openai-responses, whole and streamed', async () => {
    const ask = (body: unknown) =>
      post('/v1/responses', body, { headers: { authorization: 'Bearer upstream-key' } }).then((answer) =>
        answer.text(),
      );
    const body = { model: 'm', input: 'hi' };
    expect(JSON.parse(await ask(body))).toMatchObject({ object: 'response', status: 'completed' });
    expect(await ask({ ...body, stream: true })).toMatch(
      /^event: response.created\ndata: [^]*event: response.completed/,
    );
    expect(JSON.parse(await ask({ ...body, messages: [] }))).toMatchObject({
      error: { type: 'invalid_request_error' },
    });
    expect(upstream.takeViolations()).toEqual(['POST /v1/responses: messages: is no parameter']);
  });

  it('answers gemini under paths that name model and method', async () => {
    const body = { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] };
    const ask = (path: string) =>
      post(`/v1beta/models/${path}`, body, { headers: { 'x-goog-api-key': 'upstream-key' } });
    expect(await (await ask('g:generateContent')).json()).toMatchObject({ candidates: [{ finishReason: 'STOP' }] });
    expect(await (await ask('g:streamGenerateContent?alt=sse')).text()).toMatch(/^data: \{"candidates"/);
    expect((await ask('g:streamGenerateContent')).status).toBe(400);
    expect(upstream.takeViolations()).toEqual(['POST /v1beta/models/g:streamGenerateContent: alt: must be sse']);
    const models = await fetch(`${upstream.url}/v1beta/models`, { headers: { 'x-goog-api-key': 'upstream-key' } });
    expect(await models.json()).toMatchObject({ models: [{ name: 'models/b' }, { name: 'models/a' }] });
  });

  it('lists models in the shape of the asking dialect', async () => {
    const openai = await fetch(`${upstream.url}/v1/models`, { headers: { authorization: 'Bearer upstream-key' } });
    expect(await openai.json()).toMatchObject({ object: 'list', data: [{ id: 'b', object: 'model' }, { id: 'a' }] });
    const headers = { 'x-api-key': 'upstream-key', 'anthropic-version': '2023-06-01' };
    const anthropic = await fetch(`${upstream.url}/v1/models?limit=1000`, { headers });
    expect(await anthropic.json()).toMatchObject({ has_more: false, data: [{ id: 'b', type: 'model' }, { id: 'a' }] });
  });

  it('records bytes, headers and key, and follows its script in order', async () => {
    upstream.script(errorAnswer('openai-chat', 429, 'slow down', { 'retry-after': '7' }), HTML_PAGE);
    const body = '{ "model":"m",\n "messages": [{"role":"user","content":"\\u0068i"}] }';
    const first = await chat(body);
    expect([first.status, first.headers.get('retry-after')]).toEqual([429, '7']);
    expect((await chat()).headers.get('content-type')).toContain('text/html');
    expect((await chat()).headers.get('content-type')).toBe('application/json');

    const recorded = await upstream.waitForRequests(1);
    expect(recorded.body.toString()).toBe(body);
    expect(recorded.key).toBe('upstream-key');
    expect(recorded.dialect).toBe('openai-chat');
  });

  it('names an event of text by its type, and sends bytes as they are', async () => {
    const payloads = ['{"type":"ping", "n":1.0}', Buffer.from(': comment\r\n\r\ndata: {}\n\n')];
    upstream.script({ type: 'stream', payloads });
    const answer = await messages({ ...MESSAGES, stream: true });
    expect(await answer.text()).toBe('event: ping\ndata: {"type":"ping", "n":1.0}\n\n: comment\r\n\r\ndata: {}\n\n');
  });

  it('refuses another key with 401, which is no violation', async () => {
    const answer = await post('/v1/chat/completions', CHAT, { headers: { authorization: 'Bearer other' } });
    expect(answer.status).toBe(401);
  });

  it('answers a malformed request 400 and fails at close', async () => {
    const strict = await startReplayUpstream();
    const headers = { 'content-type': 'application/json', 'x-api-key': 'upstream-key' };
    const answer = await fetch(`${strict.url}/v1/messages`, { method: 'POST', headers, body: JSON.stringify(CHAT) });
    expect(answer.status).toBe(400);
    expect(() => strict.assertNoViolations()).toThrow('max_tokens: is required');
    await expect(strict.close()).rejects.toThrow('anthropic-version: must be a date');
  });

  it.each([
    ['reset', { type: 'reset' }],
    ['close', { type: 'close' }],
  ] as const)('can %s instead of answering', async (_name, answer) => {
    upstream.script(answer);
    await expect(chat()).rejects.toThrow('fetch failed');
  });

  it('can stay silent, and tells when the client gives up', async () => {
    upstream.script({ type: 'silence' });
    const asking = chat(CHAT, AbortSignal.timeout(50));
    const request = await upstream.waitForRequests(1);
    await expect(asking).rejects.toThrow();
    expect((await request.aborted) - request.receivedAtMs).toBeLessThan(1000);
  });

  it('does not take a connection that its own script cut for an abort', async () => {
    upstream.script(streamOf({ ending: { type: 'cut', atByte: 10 } }));
    await expect(chat().then((answer) => answer.text())).rejects.toThrow();
    const request = await upstream.waitForRequests(1);
    expect(await Promise.race([request.aborted, sleep(50, 'no abort')])).toBe('no abort');
  });

  it('can cut, end early, stall and break the encoding at a byte', async () => {
    upstream.script(
      streamOf({ ending: { type: 'cut', atByte: 25 } }),
      streamOf({ ending: { type: 'end-early', atByte: 25 } }),
      streamOf({ ending: { type: 'broken-encoding', atByte: 25 } }),
      streamOf({ ending: { type: 'stall', atByte: 25 } }),
    );
    const readAll = async (signal?: AbortSignal): Promise<{ text: string; failed: boolean }> => {
      let text = '';
      const answer = await chat(CHAT, signal);
      try {
        for await (const chunk of answer.body ?? []) text += Buffer.from(chunk).toString();
        return { text, failed: false };
      } catch {
        return { text, failed: true };
      }
    };
    const start = 'data: {"id":"chatcmpl-sam';
    expect(await readAll()).toEqual({ text: start, failed: true });
    expect(await readAll()).toEqual({ text: start, failed: false });
    expect(await readAll()).toEqual({ text: start, failed: true });
    expect(await readAll(AbortSignal.timeout(100))).toEqual({ text: start, failed: true });
  });

  it('writes the same bytes whatever the sizes of the writes', async () => {
    const plain = sampleAnswer('openai-chat', { stream: true });
    upstream.script(plain, streamOf({ writeSizes: [1, 7, 64] }));
    expect(await (await chat()).text()).toBe(await (await chat()).text());
  });

  it('holds each event back until its gate opens', async () => {
    let open = (): void => undefined;
    const gate = (index: number): Promise<void> =>
      index === 1
        ? new Promise((resolve) => {
            open = resolve;
          })
        : Promise.resolve();
    upstream.script(streamOf({ gate }));
    const reader = (await chat()).body?.getReader();
    await reader?.read();
    const next = reader?.read();
    expect(await Promise.race([next, sleep(50, 'held')])).toBe('held');
    open();
    expect(await next).toMatchObject({ done: false });
    await reader?.cancel();
  });
});
