import { startHarness, type Harness } from '../__fixtures__/attempt-harness.js';

const BODY = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hi' }] });

let harness: Harness;

beforeEach(async () => {
  harness = await startHarness({ provider: 'openai-compatibility' });
});

afterEach(() => harness.close());

const usage = (tokens: number) => ({ prompt_tokens: 3, completion_tokens: tokens, total_tokens: 3 + tokens });

const whole = (tokens: number, finish = 'stop') => ({
  id: 'c',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: '' }, finish_reason: finish }],
  usage: usage(tokens),
});

const chunk = (more: object) => ({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', ...more });

const streamed = (tokens: number, finish = 'stop') => [
  chunk({ choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }] }),
  chunk({ choices: [{ index: 0, delta: {}, finish_reason: finish }] }),
  chunk({ choices: [], usage: usage(tokens) }),
  '[DONE]',
];

describe.each(['openai-chat', 'anthropic-messages'] as const)('an answer with nothing in it, to %s', (dialect) => {
  const body = dialect === 'openai-chat' ? BODY : JSON.stringify({ ...JSON.parse(BODY), max_tokens: 9 });
  const run = (stream: boolean) => {
    const asked = stream ? JSON.stringify({ ...JSON.parse(body), stream: true }) : body;
    return harness.run({ open: { dialect, stream }, body: asked });
  };

  it.each([false, true])('is a failure that commits nothing (stream: %s)', async (stream) => {
    harness.upstream.script(stream ? { type: 'stream', payloads: streamed(0) } : { type: 'whole', body: whole(0) });
    const { end, head } = await run(stream);
    expect(end).toMatchObject({ outcome: 'error', error: { code: 'upstream_malformed' } });
    expect(head).toBeUndefined();
  });

  it.each([false, true])(
    'is handed on where the model wrote something, if only its end (stream: %s)',
    async (stream) => {
      harness.upstream.script(stream ? { type: 'stream', payloads: streamed(2) } : { type: 'whole', body: whole(2) });
      const { end, head, text } = await run(stream);
      expect([end.outcome, head?.status]).toEqual(['success', 200]);
      expect(text).not.toBe('');
    },
  );

  it.each([false, true])('is handed on where it was cut by its ceiling (stream: %s)', async (stream) => {
    harness.upstream.script(
      stream ? { type: 'stream', payloads: streamed(0, 'length') } : { type: 'whole', body: whole(0, 'length') },
    );
    expect((await run(stream)).end.outcome).toBe('success');
  });
});
