import {
  anthropicPayloads,
  errorAnswer,
  openaiChatPayloads,
  startReplayUpstream,
  type Answer,
  type ReplayUpstream,
} from '@switchyard/testkit';

import { chat, CLIENT_KEY } from './call-gateway.js';
import { SHAPES, startWorld, type World } from './start-world.js';

const UPSTREAM_KEYS = ['upstream-key-1', 'upstream-key-2', 'upstream-key-3'];

const configOf = ({ url }: ReplayUpstream): string => `
api-keys: ["${CLIENT_KEY}"]
force-model-prefix: true
request-retry: 2
# Each case finds its candidates well, and streams are told when they break: the wall has both.
disable-cooling: true
rescue: { text: error }
claude-api-key:
  - { api-key: upstream-key-1, base-url: "${url}", prefix: claude, models: [{ name: claude-sonnet-4-5 }] }
  - { api-key: upstream-key-2, base-url: "${url}", prefix: claude, models: [{ name: claude-sonnet-4-5 }] }
openai-compatibility:
  - name: three
    prefix: three
    base-url: ${url}/v1
    api-key-entries: [{ api-key: upstream-key-1 }, { api-key: upstream-key-2 }, { api-key: upstream-key-3 }]
    models: [{ name: upstream-model }]
  - name: one
    prefix: one
    base-url: ${url}/v1
    api-key-entries: [{ api-key: upstream-key-1 }]
    models: [{ name: upstream-model }]
  - name: refused
    prefix: refused
    base-url: ${url}/v1
    api-key-entries: [{ api-key: upstream-key-refused }]
    models: [{ name: upstream-model }]
  - name: away
    prefix: away
    base-url: http://127.0.0.1:9/v1
    models: [{ name: upstream-model }]
aliases:
  - name: chain
    targets:
      - { model: away/upstream-model }
      - { model: refused/upstream-model }
      - { model: claude/claude-sonnet-4-5 }
      - { model: one/upstream-model }
`;

const REFUSED_PARAMETER = {
  error: {
    message: "Unsupported value: 'temperature' must be 1",
    type: 'invalid_request_error',
    param: 'temperature',
    code: 'unsupported_value',
  },
};

describe.each(SHAPES)('failover in the %s shape', (shape) => {
  let upstream: ReplayUpstream;
  let world: World;

  beforeAll(async () => {
    upstream = await startReplayUpstream({ keys: UPSTREAM_KEYS });
    world = await startWorld({ shape, config: configOf(upstream) });
  }, 60_000);

  afterAll(() => upstream.close());
  afterAll(() => world.stop(), 30_000);

  /** The keys of the upstream requests made while `act` ran. */
  async function keysUsedBy<Result>(act: () => Promise<Result>): Promise<{ result: Result; keys: readonly unknown[] }> {
    const before = upstream.requests.length;
    const result = await act();
    return { result, keys: upstream.requests.slice(before).map((request) => request.key) };
  }

  it('takes the credentials of a name in turn', async () => {
    const { keys } = await keysUsedBy(async () => {
      for (let turn = 0; turn < 6; turn += 1) await chat(world.url, { model: 'three/upstream-model' });
    });
    expect(keys.toSorted()).toEqual([...UPSTREAM_KEYS, ...UPSTREAM_KEYS].toSorted());
    expect(keys.slice(3)).toEqual(keys.slice(0, 3));
  });

  describe.each(['openai-chat', 'anthropic-messages'] as const)(
    'before the first content, to a client of %s',
    (dialect) => {
      const failures: readonly (readonly [string, Answer])[] = [
        ['429', errorAnswer('openai-chat', 429, 'slow down')],
        ['500', errorAnswer('openai-chat', 500, 'oops')],
        ['503', errorAnswer('openai-chat', 503, 'overloaded')],
        ['a reset', { type: 'reset' }],
        ['a close before the headers', { type: 'close' }],
        [
          'an error event instead of content',
          { type: 'stream', payloads: [{ error: { message: 'oops', code: 502 } }] },
        ],
        [
          'a stream that breaks before content',
          { type: 'stream', payloads: openaiChatPayloads(), ending: { type: 'cut', atByte: 20 } },
        ],
      ];

      it.each(failures)('%s leads on to the next candidate', async (_case, failure) => {
        upstream.script(failure);
        const { result, keys } = await keysUsedBy(() =>
          chat(world.url, { model: 'three/upstream-model', dialect, stream: true }),
        );
        expect(result.status).toBe(200);
        expect(result.headers.get('x-switchyard-attempts')).toBe('2');
        expect(result.text).toContain(' from');
        expect(result.text).toMatch(dialect === 'openai-chat' ? /data: \[DONE\]\n\n$/ : /event: message_stop\n.*\n\n$/);
        expect(result.text).not.toContain('error');
        expect(new Set(keys).size).toBe(2);
      });
    },
  );

  it('leads on after an error event of Messages that came before content', async () => {
    const [start] = anthropicPayloads();
    const overloaded = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
    upstream.script({ type: 'stream', payloads: [start, overloaded] });
    const { result, keys } = await keysUsedBy(() =>
      chat(world.url, { model: 'claude/claude-sonnet-4-5', dialect: 'anthropic-messages', stream: true }),
    );
    expect([result.status, result.headers.get('x-switchyard-attempts')]).toEqual([200, '2']);
    expect(result.text).toMatch(/event: message_stop\n.*\n\n$/);
    expect(new Set(keys).size).toBe(2);
  });

  it('follows an alias past an unreachable address, a refused account and a failing provider', async () => {
    upstream.script(errorAnswer('anthropic-messages', 529, 'Overloaded'), { type: 'reset' });
    const { result, keys } = await keysUsedBy(() => chat(world.url, { model: 'chain' }));
    expect(result.status).toBe(200);
    expect(JSON.parse(result.text)).toMatchObject({ object: 'chat.completion' });
    expect(result.headers.get('x-switchyard-attempts')).toBe('5');
    expect(result.headers.get('x-switchyard-provider')).toBe('openai-compatibility');
    expect(keys).toEqual(['upstream-key-refused', ...keys.slice(1, 3), 'upstream-key-1']);
    expect(keys.slice(1, 3).toSorted()).toEqual(['upstream-key-1', 'upstream-key-2']);
  });

  it('does not go on after content: the client is told in its stream', async () => {
    upstream.script({ type: 'stream', payloads: openaiChatPayloads(), ending: { type: 'cut', atByte: 600 } });
    const { result, keys } = await keysUsedBy(() =>
      chat(world.url, { model: 'three/upstream-model', dialect: 'anthropic-messages', stream: true }),
    );
    expect([result.status, keys.length]).toEqual([200, 1]);
    expect(result.text).toMatch(/event: error\n.*\n\n$/);
    expect(result.text).not.toContain('message_stop');
  });

  describe('a refusal of the request itself', () => {
    it.each([400, 413, 422])('reaches a client of the same dialect as it is: %i', async (status) => {
      upstream.script({ type: 'whole', status, body: REFUSED_PARAMETER });
      const { result, keys } = await keysUsedBy(() => chat(world.url, { model: 'three/upstream-model' }));
      expect([result.status, keys.length]).toEqual([status, 1]);
      expect(JSON.parse(result.text)).toEqual(REFUSED_PARAMETER);
      expect(result.headers.get('x-switchyard-attempts')).toBe('1');
    });

    it('keeps status and message for a client of Messages', async () => {
      upstream.script({ type: 'whole', status: 422, body: REFUSED_PARAMETER });
      const { result, keys } = await keysUsedBy(() =>
        chat(world.url, { model: 'three/upstream-model', dialect: 'anthropic-messages', stream: true }),
      );
      expect([result.status, keys.length]).toEqual([422, 1]);
      expect(JSON.parse(result.text)).toMatchObject({
        type: 'error',
        error: { type: 'invalid_request_error', message: REFUSED_PARAMETER.error.message },
      });
    });

    it('keeps status and message for a client of OpenAI', async () => {
      upstream.script(errorAnswer('anthropic-messages', 413, 'Request exceeds the maximum size'));
      const { result, keys } = await keysUsedBy(() => chat(world.url, { model: 'claude/claude-sonnet-4-5' }));
      expect([result.status, keys.length]).toEqual([413, 1]);
      expect(JSON.parse(result.text)).toMatchObject({
        error: { message: 'Request exceeds the maximum size', type: 'invalid_request_error' },
      });
    });

    it('is told as too long a context in the words of the client', async () => {
      upstream.script(errorAnswer('anthropic-messages', 400, 'prompt is too long: 300000 tokens > 200000 maximum'));
      const { result, keys } = await keysUsedBy(() => chat(world.url, { model: 'claude/claude-sonnet-4-5' }));
      expect([result.status, keys.length]).toEqual([400, 1]);
      expect(JSON.parse(result.text)).toMatchObject({ error: { code: 'context_length_exceeded' } });
    });
  });

  describe('when nothing helps', () => {
    const limited = (dialect: 'openai-chat' | 'anthropic-messages'): Answer =>
      errorAnswer(dialect, 429, 'slow down', { 'retry-after': '7' });

    it.each([
      ['one/upstream-model', 'openai-chat', 3],
      ['three/upstream-model', 'openai-chat', 9],
      ['three/upstream-model', 'anthropic-messages', 9],
      ['claude/claude-sonnet-4-5', 'openai-chat', 6],
      ['claude/claude-sonnet-4-5', 'anthropic-messages', 6],
    ] as const)(
      '%s makes its first round and two more, and tells a client of %s when to return',
      async (model, dialect, calls) => {
        const answer = limited(model.startsWith('claude') ? 'anthropic-messages' : 'openai-chat');
        upstream.script(...Array.from({ length: calls }, () => answer));
        const { result, keys } = await keysUsedBy(() => chat(world.url, { model, dialect }));
        expect([result.status, keys.length]).toEqual([429, calls]);
        expect(result.headers.get('retry-after')).toBe('7');
        expect(result.headers.get('x-switchyard-attempts')).toBe(String(calls));
        const { error } = JSON.parse(result.text);
        const type = dialect === 'openai-chat' ? /^rate_limit_(error|exceeded)$/ : /^rate_limit_error$/;
        expect(error.type).toMatch(type);
      },
    );

    it('asks a refused account once, whatever the rounds', async () => {
      const { result, keys } = await keysUsedBy(() => chat(world.url, { model: 'refused/upstream-model' }));
      expect([result.status, keys.length]).toEqual([502, 1]);
      expect(JSON.parse(result.text)).toMatchObject({ error: { code: 'upstream_auth_failed' } });
    });

    it('tells of an address where nobody listens', async () => {
      const result = await chat(world.url, { model: 'away/upstream-model' });
      expect(result.status).toBe(502);
      expect(JSON.parse(result.text)).toMatchObject({ error: { code: 'upstream_network_error' } });
      expect(result.headers.get('x-switchyard-attempts')).toBe('3');
    });
  });

  it('makes one attempt for a client that wants no other', async () => {
    upstream.script(errorAnswer('openai-chat', 503, 'overloaded'));
    const { result, keys } = await keysUsedBy(() =>
      chat(world.url, { model: 'three/upstream-model', headers: { 'x-switchyard-no-fallback': 'true' } }),
    );
    expect([result.status, keys.length]).toEqual([503, 1]);
    expect(result.headers.get('x-switchyard-attempts')).toBe('1');
  });

  it('logs every request with its attempts, and one line only', () => {
    const lines = world.requestLines();
    const ids = lines.map((line) => line['requestId']);
    expect(new Set(ids).size).toBe(ids.length);
    expect(lines.find((line) => line['model'] === 'chain')).toMatchObject({
      status: 200,
      attempts: [
        { errorCode: 'upstream_network_error' },
        { errorCode: 'upstream_auth_failed', upstreamStatus: 401 },
        { errorCode: 'upstream_overloaded', upstreamStatus: 529 },
        { errorCode: 'upstream_network_error' },
        { outcome: 'success', upstreamStatus: 200 },
      ],
    });
  });

  it('sends nothing malformed upstream', () => {
    upstream.assertNoViolations();
  });
});
