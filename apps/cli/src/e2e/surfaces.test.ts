import Anthropic from '@anthropic-ai/sdk';
import { errorAnswer, SAMPLE_SOUND, startReplayUpstream, type ReplayUpstream } from '@switchyard/testkit';
import OpenAI, { toFile } from 'openai';

import { startDataPlane, type DataPlane } from './start-data-plane.js';

const KEY = 'key-of-one';
const BOUNDARY = '----a-boundary-of-the-client';

let upstream: ReplayUpstream;
let plane: DataPlane;
let openai: OpenAI;
let anthropic: Anthropic;

beforeAll(async () => {
  upstream = await startReplayUpstream({ keys: ['first-key', 'second-key'] });
  const compatible = { provider: 'openai-compatibility', prefix: 'local', baseUrl: `${upstream.url}/v1` };
  plane = await startDataPlane({
    tenantKeys: { [KEY]: ['local', 'claude', 'chat', 'sim'], 'key-of-two': [] },
    credentials: [
      { ...compatible, id: 'first', secret: 'first-key', priority: 1 },
      { ...compatible, id: 'second', secret: 'second-key' },
      { id: 'claude', provider: 'claude', prefix: 'claude', baseUrl: upstream.url, secret: 'first-key' },
      {
        id: 'chat',
        provider: 'deepseek',
        prefix: 'chat',
        baseUrl: `${upstream.url}/v1`,
        secret: 'first-key',
        operations: ['chat', 'completions', 'count-tokens'],
      },
      { id: 'sim', provider: 'simulator', prefix: 'sim', baseUrl: 'https://simulator.invalid', secret: 'none' },
    ],
  });
  openai = new OpenAI({ baseURL: `${plane.url}/v1`, apiKey: KEY, maxRetries: 0 });
  anthropic = new Anthropic({ baseURL: plane.url, apiKey: KEY, maxRetries: 0 });
});

afterAll(async () => {
  await plane.close();
  await upstream.close();
});

function form(...fields: readonly (readonly [headers: string, value: string | Buffer])[]): Buffer {
  const parts = fields.flatMap(([headers, value]) => [
    Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; ${headers}\r\n\r\n`),
    Buffer.from(value),
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...parts, Buffer.from(`--${BOUNDARY}--\r\n`)]);
}

interface Case {
  readonly operation: string;
  readonly path: string;
  readonly type: string;
  /** The request with this model in it, byte for byte. */
  readonly body: (model: string) => Buffer;
  readonly usage: { readonly inputUncached: number; readonly output: number } | undefined;
}

function jsonCase(operation: string, path: string, rest: string, usage: Case['usage']): Case {
  const body = (model: string): Buffer => Buffer.from(`{ "model" :"${model}",\n\t${rest}, "user": "\\u0061" }`);
  return { operation, path, type: 'application/json', body, usage };
}

function formCase(operation: string, path: string, file: string, usage: Case['usage']): Case {
  const body = (model: string): Buffer =>
    form(
      [`name="${file}"; filename="x.bin"\r\nContent-Type: audio/wav`, SAMPLE_SOUND],
      ['name="model"', model],
      ['name="prompt"', 'größer'],
    );
  return { operation, path, type: `multipart/form-data; boundary=${BOUNDARY}`, body, usage };
}

const CASES: readonly Case[] = [
  jsonCase('responses-compact', '/v1/responses/compact', '"input": "x"', { inputUncached: 11, output: 4 }),
  jsonCase('embeddings', '/v1/embeddings', '"input": ["a",  "b"]', { inputUncached: 8, output: 0 }),
  jsonCase('images-generations', '/v1/images/generations', '"prompt": "x"', { inputUncached: 7, output: 100 }),
  formCase('images-edits', '/v1/images/edits', 'image', { inputUncached: 7, output: 100 }),
  jsonCase('audio-speech', '/v1/audio/speech', '"input": "x", "voice": "y"', undefined),
  formCase('audio-transcriptions', '/v1/audio/transcriptions', 'file', { inputUncached: 14, output: 5 }),
  jsonCase('rerank', '/v1/rerank', '"query": "x", "documents": ["a", "b"]', { inputUncached: 12, output: 0 }),
  jsonCase('moderations', '/v1/moderations', '"input": "x"', undefined),
].map((one) => ({ ...one, body: (model) => withoutUser(one, model) }));

/** `user` is of embeddings alone. */
function withoutUser(one: Case, model: string): Buffer {
  const body = one.body(model);
  return one.operation === 'embeddings'
    ? body
    : Buffer.from(body.toString('latin1').replace(', "user": "\\u0061"', ''), 'latin1');
}

function post(path: string, body: Buffer, headers: Readonly<Record<string, string>>): Promise<Response> {
  const init = { authorization: `Bearer ${KEY}`, ...headers };
  return fetch(plane.url + path, { method: 'POST', headers: init, body: new Uint8Array(body) });
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

describe.each(CASES)('$path', ({ operation, path, type, body, usage }) => {
  const headers = { 'content-type': type };

  it('sends the bytes of the client with another model, hands back those of the upstream, and meters', async () => {
    const sent = '{ "text":"\\u00e4", "model": "answered",\r\n"usage": { "prompt_tokens": 3 } }\n';
    upstream.script({ type: 'whole', headers: { 'content-type': 'application/json; charset=utf-8' }, body: sent });
    const response = await post(path, body('local/m'), headers);
    expect(await response.text()).toBe(sent);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(response.headers.get('x-switchyard-credential')).toBe('first');
    const received = upstream.requests.at(-1);
    expect(received?.body.equals(body('m'))).toBe(true);
    expect(received?.headers['content-type']).toBe(type);
    expect(await lineOf(response)).toMatchObject({
      operation,
      status: 200,
      model: 'local/m',
      answeredModel: 'answered',
    });

    const sample = await post(path, body('local/m'), headers);
    await sample.arrayBuffer();
    const line = await lineOf(sample);
    if (usage === undefined) expect(line['usage']).toBeUndefined();
    else expect(line).toMatchObject({ operation, usage });
  });

  it('goes on to the second credential when the first fails', async () => {
    upstream.script(errorAnswer('openai-chat', 500, 'broken'));
    const response = await post(path, body('local/m'), headers);
    await response.arrayBuffer();
    expect([response.status, response.headers.get('x-switchyard-credential')]).toEqual([200, 'second']);
    expect(response.headers.get('x-switchyard-attempts')).toBe('2');
    expect((await lineOf(response))['attempts']).toMatchObject([
      { credential: 'first', errorCode: 'upstream_server_error', upstreamStatus: 500 },
      { credential: 'second', outcome: 'success' },
    ]);
  });

  it('is for those who have a key that reaches the model', async () => {
    const count = upstream.requests.length;
    expect((await post(path, body('local/m'), { ...headers, authorization: 'Bearer nobody' })).status).toBe(401);
    const other = await post(path, body('local/m'), { ...headers, authorization: 'Bearer key-of-two' });
    expect([other.status, await other.json()]).toMatchObject([404, { error: { code: 'model_not_found' } }]);
    expect(upstream.requests).toHaveLength(count);
  });

  it('says so when no provider behind the model can be asked for it', async () => {
    const count = upstream.requests.length;
    const response = await post(path, body('chat/m'), headers);
    const message = expect.stringMatching(new RegExp(`deepseek cannot be asked for ${operation}`));
    expect([response.status, await response.json()]).toMatchObject([
      404,
      { error: { code: 'operation_not_supported', param: 'model', message } },
    ]);
    expect(upstream.requests).toHaveLength(count);
  });

  it('takes an unknown endpoint of one server for no reason to ask another in vain', async () => {
    const missing = { type: 'whole', status: 404, body: { detail: 'Not Found' } } as const;
    upstream.script(missing, missing);
    const response = await post(path, body('local/m'), headers);
    expect(await response.json()).toMatchObject({ error: { code: 'operation_not_supported' } });
  });

  it('hands on a refusal of the request as the upstream words it, and asks nobody else', async () => {
    upstream.script(errorAnswer('openai-chat', 400, 'too large'));
    const response = await post(path, body('local/m'), headers);
    expect([response.status, await response.json()]).toMatchObject([400, { error: { message: 'too large' } }]);
    expect(response.headers.get('x-switchyard-attempts')).toBe('1');
  });
});

describe('an answer that fails on its way', () => {
  const speech = jsonCase('audio-speech', '/v1/audio/speech', '"input": "x", "voice": "y"', undefined);
  const ask = (stream = false): Promise<Response> => {
    const fields = { model: 'local/m', input: 'x', voice: 'y', ...(stream ? { stream_format: 'sse' } : {}) };
    return post(speech.path, Buffer.from(JSON.stringify(fields)), { 'content-type': speech.type });
  };
  const piece = { type: 'speech.audio.delta', audio: 'AAAA' };
  const last = { type: 'speech.audio.done', usage: { input_tokens: 3, output_tokens: 9, total_tokens: 12 } };

  it('goes to the next credential while no byte was sent', async () => {
    upstream.script({ type: 'whole', headers: { 'content-type': 'audio/mpeg' }, body: '' });
    const response = await ask();
    expect(Buffer.from(await response.arrayBuffer()).equals(SAMPLE_SOUND)).toBe(true);
    expect(response.headers.get('x-switchyard-attempts')).toBe('2');
  });

  it('is never for a form that two readers could read differently', async () => {
    const body = form(['name="model"', 'local/m'], ['name="model"', 'chat/m']);
    const response = await post('/v1/images/edits', body, {
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
    });
    expect([response.status, await response.json()]).toMatchObject([400, { error: { code: 'duplicate_field' } }]);
  });

  it('is cut, not ended, when sound stops in its middle', async () => {
    const headers = { 'content-type': 'audio/mpeg' };
    upstream.script({ type: 'stream', headers, payloads: ['x', 'y'], ending: { type: 'cut', atByte: 12 } });
    const response = await ask();
    expect(response.status).toBe(200);
    await expect(response.arrayBuffer()).rejects.toThrow();
    expect(await lineOf(response)).toMatchObject({ errorCode: 'upstream_network_error' });
  });

  it('hands on an event stream byte for byte, with its usage metered', async () => {
    upstream.script({ type: 'stream', payloads: [piece, last], writeSizes: [5] });
    const response = await ask(true);
    const events = [piece, last].map((payload) => `data: ${JSON.stringify(payload)}\n\n`).join('');
    expect(await response.text()).toBe(events);
    expect(await lineOf(response)).toMatchObject({ usage: { inputUncached: 3, output: 9 } });
  });

  it('ends an event stream that stops before its last event with an error', async () => {
    upstream.script({ type: 'stream', payloads: [piece] });
    const text = await (await ask(true)).text();
    expect(text).toContain(JSON.stringify(piece));
    expect(text.trimEnd().split('\n\n').at(-1)).toContain('"code":"upstream_truncated"');
  });

  it('goes to the next credential when the first event is an error', async () => {
    upstream.script({ type: 'stream', payloads: [{ type: 'error', error: { message: 'no', code: 503 } }] });
    const response = await ask(true);
    await response.arrayBuffer();
    expect(response.headers.get('x-switchyard-attempts')).toBe('2');
  });
});

describe('the official openai client', () => {
  it('compacts a conversation, but in no stream', async () => {
    const { output, usage } = await openai.responses.compact({ model: 'local/m', input: 'Hello' });
    expect([output, usage.input_tokens]).toMatchObject([[{ type: 'compaction', encrypted_content: 'AAAA' }], 11]);
    const body = JSON.stringify({ model: 'local/m', input: 'Hello', stream: true });
    const refused = await post('/v1/responses/compact', Buffer.from(body), {});
    expect([refused.status, await refused.json()]).toMatchObject([400, { error: { param: 'stream' } }]);
  });

  it('embeds', async () => {
    const answer = await openai.embeddings.create({ model: 'local/m', input: ['a'] });
    expect(answer.data[0]?.embedding).toEqual([0.25, -0.5, 1]);
    expect(answer.usage.prompt_tokens).toBe(8);
  });

  it('draws and edits images', async () => {
    const drawn = await openai.images.generate({ model: 'local/m', prompt: 'a cat' });
    expect(drawn.data?.[0]?.b64_json).toBe('AAAA');
    const image = await toFile(SAMPLE_SOUND, 'cat.png', { type: 'image/png' });
    const edited = await openai.images.edit({ model: 'local/m', image, prompt: 'a dog' });
    expect(edited.usage?.total_tokens).toBe(107);
  });

  it('speaks and listens', async () => {
    const spoken = await openai.audio.speech.create({ model: 'local/m', input: 'Hello', voice: 'alloy' });
    expect(Buffer.from(await spoken.arrayBuffer()).equals(SAMPLE_SOUND)).toBe(true);
    expect(spoken.headers.get('content-type')).toBe('audio/mpeg');
    const file = await toFile(SAMPLE_SOUND, 'hello.wav');
    expect((await openai.audio.transcriptions.create({ model: 'local/m', file })).text).toBe('Hello from upstream.');
  });

  it('moderates', async () => {
    const answer = await openai.moderations.create({ model: 'local/m', input: 'x' });
    expect(answer.results[0]?.flagged).toBe(false);
  });

  it.each(['local/m', 'claude/m', 'chat/m'])('completes a prompt with %s, which is a chat', async (model) => {
    const asked = { model, prompt: ['Once upon'], max_tokens: 50, stop: 'END' };
    const { data: answer, response } = await openai.completions.create(asked).withResponse();
    expect(answer).toMatchObject({
      object: 'text_completion',
      model,
      choices: [{ index: 0, text: 'Hello from upstream.', finish_reason: 'stop', logprobs: null }],
      usage: { prompt_tokens: 9, completion_tokens: 5, total_tokens: 14 },
    });
    expect(upstream.requests.at(-1)?.json).toMatchObject({ messages: [{ role: 'user' }], max_tokens: 50 });
    expect(await lineOf(response)).toMatchObject({ operation: 'completions', usage: { inputUncached: 9, output: 5 } });

    const include = { stream: true, stream_options: { include_usage: true } } as const;
    const stream = await openai.completions.create({ model, prompt: 'Once upon', max_tokens: 50, ...include });
    const texts: string[] = [];
    let tokens: number | undefined;
    for await (const chunk of stream) {
      texts.push(chunk.choices[0]?.text ?? '');
      tokens = chunk.usage?.total_tokens ?? tokens;
    }
    expect([texts.join(''), tokens]).toEqual(['Hello from upstream.', 14]);
  });

  it('fills a gap where the provider has a completions endpoint, and is refused clearly where it has none', async () => {
    const prompt = { prompt: 'a', suffix: 'b' };
    const answer = await openai.completions.create({ model: 'local/m', ...prompt });
    expect(answer.choices[0]?.text).toBe(' between');
    expect(upstream.requests.at(-1)?.json).toEqual({ model: 'm', ...prompt });
    await expect(openai.completions.create({ model: 'claude/m', ...prompt })).rejects.toMatchObject({
      status: 400,
      code: 'untranslatable_field',
      param: 'suffix',
    });
  });

  it('gets all of the simulator without an account', async () => {
    const embedded = await openai.embeddings.create({ model: 'sim/embedding', input: 'a cat', dimensions: 4 });
    expect(embedded.data[0]?.embedding).toHaveLength(4);
    const judged = await openai.moderations.create({ model: 'sim/moderation', input: 'violence' });
    expect(judged.results[0]?.flagged).toBe(true);
    const spoken = await openai.audio.speech.create({ model: 'sim/speech', input: 'Hi', voice: 'alloy' });
    expect(Buffer.from(await spoken.arrayBuffer()).toString('latin1', 0, 4)).toBe('RIFF');
    const ranked = await openai.post<{ results: unknown }>('/rerank', {
      body: { model: 'sim/reranker', query: 'cat', documents: ['dog', 'cat'] },
    });
    expect(ranked.results).toMatchObject([{ index: 1, relevance_score: expect.closeTo(1) }, { index: 0 }]);
    const completed = await openai.completions.create({ model: 'sim/echo', prompt: 'again' });
    expect(completed.choices[0]?.text).toBe('again');
  });
});

describe('the official anthropic client', () => {
  const request = { messages: [{ role: 'user' as const, content: 'How many tokens are in this?' }] };

  it('counts tokens exactly where the provider does', async () => {
    const { data, response } = await anthropic.messages.countTokens({ model: 'claude/m', ...request }).withResponse();
    expect([data.input_tokens, response.headers.get('x-switchyard-token-count')]).toEqual([42, 'exact']);
    expect(await lineOf(response)).toMatchObject({ operation: 'count-tokens', status: 200 });
  });

  it('counts tokens by a thinking suffix through the dialect', async () => {
    await anthropic.messages.countTokens({ model: 'claude/claude-sonnet-4-5(2048)', ...request });
    expect(upstream.requests.at(-1)?.json).toMatchObject({ thinking: { type: 'enabled', budget_tokens: 2048 } });
  });

  it.each(['local/m', 'sim/echo'])('gets an estimate for %s', async (model) => {
    const count = upstream.requests.length;
    const { data, response } = await anthropic.messages.countTokens({ model, ...request }).withResponse();
    expect([data.input_tokens, response.headers.get('x-switchyard-token-count')]).toEqual([14, 'estimated']);
    expect(upstream.requests).toHaveLength(count);
  });

  it('is refused in its own dialect', async () => {
    await expect(anthropic.messages.countTokens({ model: 'nobody/m', ...request })).rejects.toBeInstanceOf(
      Anthropic.NotFoundError,
    );
    const strange = { model: 'local/m', messages: 'none' };
    const response = await post('/v1/messages/count_tokens', Buffer.from(JSON.stringify(strange)), {});
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { type: 'error', error: { type: 'invalid_request_error' } },
    ]);
  });
});
