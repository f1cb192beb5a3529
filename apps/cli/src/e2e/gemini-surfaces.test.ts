import Anthropic from '@anthropic-ai/sdk';
import {
  errorAnswer,
  frameEvent,
  geminiBody,
  geminiPayloads,
  startReplayUpstream,
  validateGeminiStream,
  type ReplayUpstream,
} from '@switchyard/testkit';
import OpenAI from 'openai';

import { startDataPlane, type DataPlane } from './start-data-plane.js';

const KEY = 'key-of-one';

let upstream: ReplayUpstream;
let plane: DataPlane;

beforeAll(async () => {
  upstream = await startReplayUpstream({ keys: ['first-key', 'second-key'] });
  const gemini = { provider: 'gemini', prefix: 'google', baseUrl: upstream.url };
  plane = await startDataPlane({
    tenantKeys: { [KEY]: ['google', 'local', 'claude', 'sim'] },
    credentials: [
      { ...gemini, id: 'first', secret: 'first-key', priority: 1 },
      { ...gemini, id: 'second', secret: 'second-key' },
      {
        id: 'local',
        provider: 'openai-compatibility',
        prefix: 'local',
        baseUrl: `${upstream.url}/v1`,
        secret: 'first-key',
      },
      { id: 'claude', provider: 'claude', prefix: 'claude', baseUrl: upstream.url, secret: 'first-key' },
      { id: 'sim', provider: 'simulator', prefix: 'sim', baseUrl: 'https://simulator.invalid', secret: 'none' },
    ],
  });
});

afterAll(async () => {
  await plane.close();
  await upstream.close();
});

function post(path: string, body: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(plane.url + path, { method: 'POST', headers: { 'x-goog-api-key': KEY, ...headers }, body });
}

/** The log line of an answered request; it is written just after the answer's last byte. */
async function lineOf({ headers }: Response): Promise<Readonly<Record<string, unknown>>> {
  const id = headers.get('x-request-id');
  for (let turn = 0; turn < 200; turn += 1) {
    const line = plane.lines.find(({ msg, requestId }) => msg === 'request' && requestId === id);
    if (line !== undefined) return line;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`no line of request ${id}`);
}

const CONTENTS = [{ role: 'user', parts: [{ text: 'How many tokens are in this?' }] }];

describe(':countTokens', () => {
  it('is counted by Google, byte for byte', async () => {
    const body = '{ "contents" : [{"role":"user", "parts":[{"text":"Hi"}]}] }';
    upstream.script({ type: 'whole', body: '{ "totalTokens":  7 }' });
    const response = await post('/v1beta/models/google/g:countTokens', body);
    expect([await response.text(), response.headers.get('x-switchyard-token-count')]).toEqual([
      '{ "totalTokens":  7 }',
      'exact',
    ]);
    expect(upstream.requests.at(-1)?.path).toBe('/v1beta/models/g:countTokens');
    expect(upstream.requests.at(-1)?.body.toString()).toBe(body);
    expect(await lineOf(response)).toMatchObject({ operation: 'count-tokens', status: 200, model: 'google/g' });
  });

  it('names the upstream’s model within the body too', async () => {
    const body = { generateContentRequest: { model: 'models/google/g', contents: CONTENTS } };
    const response = await post('/v1beta/models/google/g:countTokens', JSON.stringify(body));
    expect(await response.json()).toEqual({ totalTokens: 42 });
  });

  it.each([
    ['claude/m', { totalTokens: 42 }, 'exact'],
    ['local/m', { totalTokens: 14 }, 'estimated'],
    ['sim/echo', { totalTokens: 14 }, 'estimated'],
  ])('of %s is %j, %s', async (model, expected, precision) => {
    const response = await post(`/v1beta/models/${model}:countTokens`, JSON.stringify({ contents: CONTENTS }));
    expect(await response.json()).toEqual(expected);
    expect(response.headers.get('x-switchyard-token-count')).toBe(precision);
  });

  it('goes on to the second credential, and is refused in Google’s shape', async () => {
    upstream.script(errorAnswer('gemini', 503, 'down'));
    const answered = await post('/v1beta/models/google/g:countTokens', JSON.stringify({ contents: CONTENTS }));
    expect([answered.status, answered.headers.get('x-switchyard-credential')]).toEqual([200, 'second']);
    const refused = await post('/v1beta/models/local/m:countTokens', JSON.stringify({ contents: 'none' }));
    expect([refused.status, await refused.json()]).toMatchObject([
      400,
      { error: { code: 400, status: 'INVALID_ARGUMENT' } },
    ]);
  });

  it('serves the clients of Anthropic with an exact count', async () => {
    const anthropic = new Anthropic({ baseURL: plane.url, apiKey: KEY, maxRetries: 0 });
    const { data, response } = await anthropic.messages
      .countTokens({ model: 'google/g', system: 'Be brief.', messages: [{ role: 'user', content: 'Hi' }] })
      .withResponse();
    expect([data.input_tokens, response.headers.get('x-switchyard-token-count')]).toEqual([42, 'exact']);
    expect(upstream.requests.at(-1)?.json).toMatchObject({
      generateContentRequest: { model: 'models/g', systemInstruction: { parts: [{ text: 'Be brief.' }] } },
    });
  });
});

describe(':embedContent and :batchEmbedContents', () => {
  it('are embedded by Google, byte for byte', async () => {
    const body = '{ "content" : { "parts":[{"text":"a"}]},  "taskType":"CLUSTERING" }';
    const response = await post('/v1beta/models/google/g:embedContent', body);
    expect(await response.json()).toMatchObject({ embedding: { values: [0.25, -0.5, 1] } });
    expect(upstream.requests.at(-1)?.path).toBe('/v1beta/models/g:embedContent');
    expect(upstream.requests.at(-1)?.body.toString()).toBe(body);
    expect(await lineOf(response)).toMatchObject({ operation: 'embeddings', usage: { inputUncached: 8, output: 0 } });
  });

  it('name the upstream’s model in each request of a batch', async () => {
    const request = { model: 'models/google/g', content: { parts: [{ text: 'a' }] }, taskType: 'CLUSTERING' };
    const body = JSON.stringify({ requests: [request, request] });
    const response = await post('/v1beta/models/google/g:batchEmbedContents', body);
    expect(await response.json()).toEqual({ embeddings: [{ values: [0.25, -0.5, 0] }, { values: [0.25, -0.5, 1] }] });
    expect(upstream.requests.at(-1)?.path).toBe('/v1beta/models/g:batchEmbedContents');
  });

  it('are asked of other providers, with what they have no place for told', async () => {
    const body = JSON.stringify({ content: { parts: [{ text: 'a' }] }, title: 'T', outputDimensionality: 3 });
    const response = await post('/v1beta/models/local/m:embedContent', body);
    expect(await response.json()).toEqual({
      embedding: { values: [0.25, -0.5, 1] },
      usageMetadata: { promptTokenCount: 8 },
    });
    expect(response.headers.get('x-switchyard-dropped')).toBe('title');
    expect(upstream.requests.at(-1)?.json).toEqual({ model: 'm', input: ['a'], dimensions: 3 });
    expect(await lineOf(response)).toMatchObject({ usage: { inputUncached: 8 }, dropped: ['title'] });

    const strict = await post('/v1beta/models/local/m:embedContent', body, { 'x-switchyard-strict': 'true' });
    expect([strict.status, await strict.json()]).toMatchObject([400, { error: { status: 'INVALID_ARGUMENT' } }]);
  });

  it('are embedded by the simulator', async () => {
    const requests = ['a cat', 'a dog'].map((text) => ({ content: { parts: [{ text }] }, outputDimensionality: 4 }));
    const response = await post('/v1beta/models/sim/embedding:batchEmbedContents', JSON.stringify({ requests }));
    const vector = Array.from({ length: 4 }, (): unknown => expect.any(Number));
    expect(await response.json()).toMatchObject({ embeddings: [{ values: vector }, { values: vector }] });
  });

  it('are refused where an answer has another number of vectors than texts', async () => {
    const data = [{ index: 0, embedding: [1] }];
    upstream.script({ type: 'whole', body: { data } });
    const request = { content: { parts: [{ text: 'a' }] } };
    const body = JSON.stringify({ requests: [request, request] });
    expect((await post('/v1beta/models/local/m:batchEmbedContents', body)).status).toBe(502);
  });

  it.each([
    ['google/g', 'google/g(high)', 400],
    ['claude/m', 'claude/m', 404],
  ])('are refused in Google’s shape for %s', async (_name, model, status) => {
    const body = JSON.stringify({ content: { parts: [{ text: 'a' }] } });
    const response = await post(`/v1beta/models/${model}:embedContent`, body);
    expect([response.status, await response.json()]).toMatchObject([status, { error: { code: status } }]);
  });
});

describe('the official openai client', () => {
  it('gets embeddings of Google', async () => {
    const openai = new OpenAI({ baseURL: `${plane.url}/v1`, apiKey: KEY, maxRetries: 0 });
    const { data, model } = await openai.embeddings.create({ model: 'google/g', input: ['a', 'b'], dimensions: 3 });
    expect(data.map(({ embedding }) => [...embedding])).toEqual([
      [0.25, -0.5, 0],
      [0.25, -0.5, 1],
    ]);
    expect(model).toBe('google/g');
    expect(upstream.requests.at(-1)?.path).toBe('/v1beta/models/g:batchEmbedContents');
  });

  it('is told of Google’s refusal in its own shape', async () => {
    const openai = new OpenAI({ baseURL: `${plane.url}/v1`, apiKey: KEY, maxRetries: 0 });
    upstream.script(errorAnswer('gemini', 400, 'too long'));
    await expect(openai.embeddings.create({ model: 'google/g', input: 'a' })).rejects.toBeInstanceOf(
      OpenAI.BadRequestError,
    );
  });
});

describe(':streamGenerateContent without alt=sse', () => {
  const body = JSON.stringify({ contents: CONTENTS });

  function framed(elements: readonly unknown[]): string {
    return elements.map((element) => frameEvent('gemini', element).toString()).join('');
  }

  it.each([[[1]], [[7]], [[100_000]]])('is one array of what Google sends, in writes of %j', async (writeSizes) => {
    upstream.script({ type: 'stream', payloads: geminiPayloads(), writeSizes });
    const response = await post('/v1beta/models/google/g:streamGenerateContent', body);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await response.json()).toEqual(geminiPayloads());
    expect(await lineOf(response)).toMatchObject({ stream: true, status: 200, usage: { output: 5 } });
  });

  it.each(['local/m', 'claude/m', 'sim/echo'])('is one array for %s too', async (model) => {
    const elements: unknown = await (await post(`/v1beta/models/${model}:streamGenerateContent?alt=json`, body)).json();
    expect(Array.isArray(elements) && validateGeminiStream(framed(elements))).toEqual([]);
  });

  it('has its elements as they come', async () => {
    const { promise: mayGoOn, resolve: goOn } = Promise.withResolvers<void>();
    upstream.script({ type: 'stream', payloads: geminiPayloads(), gate: () => mayGoOn });
    const response = await post('/v1beta/models/google/g:streamGenerateContent', body);
    const reader = response.body?.getReader();
    const first = await reader?.read();
    expect(Buffer.from(first?.value ?? []).toString()).toBe(`[${JSON.stringify(geminiPayloads()[0])}\n`);
    goOn();
    while (!(await reader?.read())?.done);
  });

  it('is one array where the upstream answers as a whole', async () => {
    upstream.script({ type: 'whole', body: geminiBody() });
    const response = await post('/v1beta/models/google/g:streamGenerateContent', body);
    expect(await response.json()).toMatchObject([
      { candidates: [{ content: { parts: [{ text: 'Hello from upstream.' }] } }] },
      { candidates: [{ finishReason: 'STOP' }] },
    ]);
  });

  it('has an error after content as its last element', async () => {
    const payloads = geminiPayloads();
    const atByte = framed(payloads.slice(0, 1)).length + 3;
    upstream.script({ type: 'stream', payloads, ending: { type: 'cut', atByte } });
    const response = await post('/v1beta/models/google/g:streamGenerateContent', body);
    expect(await response.json()).toMatchObject([payloads[0], { error: { code: 502, status: 'UNAVAILABLE' } }]);
  });

  it('has an error before content as its status, and as its only element', async () => {
    upstream.script(errorAnswer('gemini', 400, 'bad'));
    const response = await post('/v1beta/models/google/g:streamGenerateContent', body);
    expect([response.status, await response.json()]).toMatchObject([400, [{ error: { code: 400, message: 'bad' } }]]);
  });

  it('is server-sent events with alt=sse', async () => {
    upstream.script({ type: 'stream', payloads: geminiPayloads() });
    const response = await post('/v1beta/models/google/g:streamGenerateContent?alt=sse', body);
    expect(await response.text()).toBe(framed(geminiPayloads()));
  });
});
