import { respondAsSimulator, type SimulatorClock } from './respond.js';

const NOW_MS = 1_800_000_000_500;
const live = new AbortController().signal;
const weatherTool = {
  type: 'function',
  function: {
    name: 'get_weather',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};

function instantClock(slept: number[] = []): SimulatorClock {
  return { nowMs: () => NOW_MS, sleep: async (ms) => void slept.push(ms) };
}

function chat(body: unknown): { path: string; body: Buffer } {
  return { path: '/chat/completions', body: Buffer.from(JSON.stringify(body)) };
}

async function textOf(body: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts).toString();
}

async function answerTo(body: unknown): Promise<unknown> {
  const response = respondAsSimulator(chat(body), live, instantClock());
  return JSON.parse(await textOf(response.body));
}

/** The data of every event, `[DONE]` checked and taken off. */
async function framesOf(body: unknown): Promise<unknown[]> {
  const response = respondAsSimulator(chat(body), live, instantClock());
  const frames = (await textOf(response.body)).split('\n\n').filter((frame) => frame !== '');
  expect(frames.pop()).toBe('data: [DONE]');
  return frames.map((frame) => JSON.parse(frame.replace('data: ', '')));
}

function chunk(delta: unknown, finish: string | null = null): unknown {
  return {
    id: expect.stringMatching(/^chatcmpl-[0-9a-f]{24}$/),
    object: 'chat.completion.chunk',
    created: 1_800_000_000,
    model: expect.any(String),
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
  };
}

describe('the simulator', () => {
  it('echoes the last user text, and counts a word as a token', async () => {
    const messages = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'first' },
      { role: 'assistant', content: 'first' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'two  words\n' },
          { type: 'image_url', image_url: {} },
        ],
      },
    ];
    expect(await answerTo({ model: 'echo', messages })).toEqual({
      id: expect.stringMatching(/^chatcmpl-/),
      object: 'chat.completion',
      created: 1_800_000_000,
      model: 'echo',
      choices: [
        { index: 0, message: { role: 'assistant', content: 'two  words\n' }, logprobs: null, finish_reason: 'stop' },
      ],
      usage: {
        prompt_tokens: 6,
        completion_tokens: 2,
        total_tokens: 8,
        completion_tokens_details: { reasoning_tokens: 0 },
      },
    });
  });

  it('streams an echo word by word and ends with [DONE]', async () => {
    const messages = [{ role: 'user', content: 'one two  three' }];
    expect(await framesOf({ model: 'echo', stream: true, messages })).toEqual([
      chunk({ role: 'assistant', content: '' }),
      chunk({ content: 'one ' }),
      chunk({ content: 'two  ' }),
      chunk({ content: 'three' }),
      chunk({}, 'stop'),
    ]);
  });

  it('adds a usage chunk without choices when the client asks for usage', async () => {
    const messages = [{ role: 'user', content: 'hi' }];
    const frames = await framesOf({ model: 'echo', stream: true, stream_options: { include_usage: true }, messages });
    expect(frames.at(-1)).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    });
  });

  it('reasons before it answers', async () => {
    const messages = [{ role: 'user', content: 'hello' }];
    const frames = await framesOf({ model: 'reasoner', stream: true, messages });
    const kinds = frames.map((frame) => JSON.stringify(frame).match(/"(reasoning_content|content)"/)?.[1]);
    expect(kinds.indexOf('reasoning_content')).toBe(1);
    expect(kinds.lastIndexOf('reasoning_content')).toBeLessThan(kinds.indexOf('content', 1));
    expect(await answerTo({ model: 'reasoner', messages })).toMatchObject({
      choices: [
        {
          message: {
            reasoning_content: 'The message has 1 word. Repeating it is a fair answer.',
            content: 'You said: hello',
          },
        },
      ],
      usage: { completion_tokens: 14, completion_tokens_details: { reasoning_tokens: 11 } },
    });
  });

  it('calls the first tool it is offered, its arguments in pieces', async () => {
    const body = { model: 'tools', messages: [{ role: 'user', content: 'weather?' }], tools: [weatherTool] };
    const id = expect.stringMatching(/^call_[0-9a-f]{24}$/);
    expect(await framesOf({ ...body, stream: true })).toEqual([
      chunk({ role: 'assistant', content: '' }),
      chunk({ tool_calls: [{ index: 0, id, type: 'function', function: { name: 'get_weather', arguments: '' } }] }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: '{"city":' } }] }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: '"text"}' } }] }),
      chunk({}, 'tool_calls'),
    ]);
    expect(await answerTo(body)).toMatchObject({
      choices: [
        {
          message: {
            content: null,
            tool_calls: [{ id, type: 'function', function: { name: 'get_weather', arguments: '{"city":"text"}' } }],
          },
          finish_reason: 'tool_calls',
        },
      ],
    });
  });

  it('answers with text once the tool has answered, or when it has no tool', async () => {
    const after = [
      { role: 'user', content: 'weather?' },
      { role: 'tool', tool_call_id: 'call_1', content: 'rain' },
    ];
    expect(await answerTo({ model: 'tools', messages: after, tools: [weatherTool] })).toMatchObject({
      choices: [{ message: { content: 'The tool answered: rain' }, finish_reason: 'stop' }],
    });
    expect(await answerTo({ model: 'tools', messages: [{ role: 'user', content: 'hi' }] })).toMatchObject({
      choices: [{ message: { content: 'No tool was offered, so none is called.' } }],
    });
  });

  it('waits about 15 ms between pieces', async () => {
    const slept: number[] = [];
    const body = { model: 'echo', stream: true, messages: [{ role: 'user', content: 'a b' }] };
    await textOf(respondAsSimulator(chat(body), live, instantClock(slept)).body);
    expect(slept).toEqual([15, 15, 15, 15]);
  });

  it('stops at once when the caller goes away', async () => {
    const caller = new AbortController();
    const body = { model: 'echo', stream: true, messages: [{ role: 'user', content: 'a b c' }] };
    const pieces = respondAsSimulator(chat(body), caller.signal).body[Symbol.asyncIterator]();
    await pieces.next();
    const second = pieces.next();
    caller.abort();
    await expect(second).rejects.toThrow(/aborted/);
  });

  it.each([
    ['a body that is not JSON', '{', 400, { type: 'invalid_request_error', param: null, code: null }],
    ['a body that is not an object', '[]', 400, { type: 'invalid_request_error' }],
    ['a body without messages', '{"model":"echo"}', 400, { param: 'messages' }],
    ['an unknown model', '{"model":"gpt"}', 404, { code: 'model_not_found', param: 'model' }],
    ['a missing model', '{}', 404, { code: 'model_not_found', message: 'the model null does not exist' }],
    ['the failing model', '{"model":"failing","stream":true}', 503, { type: 'server_error', code: 'overloaded' }],
  ])('refuses %s in the shape of OpenAI', async (_, body, status, error) => {
    const request = { path: '/chat/completions', body: Buffer.from(body) };
    const response = respondAsSimulator(request, live, instantClock());
    expect(response.status).toBe(status);
    expect(response.headers['content-type']).toBe('application/json');
    expect(JSON.parse(await textOf(response.body))).toMatchObject({ error });
  });

  it('lists its models, and knows no other path', async () => {
    const models = respondAsSimulator({ path: '/models', body: Buffer.alloc(0) }, live);
    expect(JSON.parse(await textOf(models.body))).toEqual({
      object: 'list',
      data: ['echo', 'embedding', 'failing', 'moderation', 'reasoner', 'reranker', 'speech', 'tools'].map((id) => ({
        id,
        object: 'model',
        created: 0,
        owned_by: 'simulator',
      })),
    });
    expect(respondAsSimulator({ path: '/files', body: Buffer.alloc(0) }, live).status).toBe(404);
  });
});
