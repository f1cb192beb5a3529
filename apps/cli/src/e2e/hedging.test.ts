import { openaiChatPayloads, sampleAnswer, startReplayUpstream, type ReplayUpstream } from '@switchyard/testkit';

import { chat, CLIENT_KEY, type Answered } from './call-gateway.js';
import { SHAPES, startWorld, type World } from './start-world.js';

const SLOW_MS = 3_000;

const configOf = ({ url }: ReplayUpstream): string => `
api-keys: ["${CLIENT_KEY}"]
disable-cooling: true
openai-compatibility:
  - name: pair
    prefix: pair
    base-url: ${url}/v1
    api-key-entries: [{ api-key: slow-key }]
    models: [{ name: upstream-model }]
  - name: spare
    prefix: spare
    base-url: ${url}/v1
    api-key-entries: [{ api-key: quick-key }]
    models: [{ name: upstream-model }]
aliases:
  - name: hedged
    hedge: { after: 200ms, max-extra: 1 }
    targets: [{ model: pair/upstream-model }, { model: spare/upstream-model }]
  - name: rarely-hedged
    hedge: { after: 200ms, max-extra: 0.5 }
    targets: [{ model: pair/upstream-model }, { model: spare/upstream-model }]
  - name: patient
    targets: [{ model: pair/upstream-model }, { model: spare/upstream-model }]
  - name: hurried
    targets:
      - { model: pair/upstream-model, deadlines: { first-content: 250ms } }
      - { model: spare/upstream-model }
`;

describe.each(SHAPES)('a slow answer in the %s shape', (shape) => {
  let upstream: ReplayUpstream;
  let world: World;

  beforeAll(async () => {
    upstream = await startReplayUpstream({
      keys: ['slow-key', 'quick-key'],
      answer: ({ key, body }) => {
        const isStream = body.includes('"stream":true');
        if (key === 'slow-key') {
          return isStream
            ? { type: 'stream', payloads: openaiChatPayloads({ pieces: ['slow'] }), firstChunkDelayMs: SLOW_MS }
            : { ...sampleAnswer('openai-chat', { pieces: ['slow'] }), delayMs: SLOW_MS };
        }
        return isStream
          ? { type: 'stream', payloads: openaiChatPayloads({ pieces: ['quick'] }) }
          : sampleAnswer('openai-chat', { pieces: ['quick'] });
      },
    });
    world = await startWorld({ shape, config: configOf(upstream) });
  }, 60_000);

  afterAll(() => upstream.close());
  afterAll(() => world.stop(), 30_000);

  /** An answer, how long it took, and the keys that the upstream was asked with. */
  async function timed(
    model: string,
    stream: boolean,
  ): Promise<Answered & { tookMs: number; keys: readonly string[] }> {
    const before = upstream.requests.length;
    const startedAtMs = performance.now();
    const answered = await chat(world.url, { model, stream });
    const keys = upstream.requests.slice(before).map(({ key }) => key ?? '');
    return { ...answered, tookMs: performance.now() - startedAtMs, keys };
  }

  it.each([true, false])(
    'is overtaken where its alias is hedged, and its call is torn down (stream: %s)',
    async (stream) => {
      const before = upstream.requests.length;
      const { status, text, headers, tookMs, keys } = await timed('hedged', stream);
      expect([status, keys]).toEqual([200, ['slow-key', 'quick-key']]);
      expect(text).toContain('quick');
      expect(text).not.toContain('slow');
      expect(headers.get('x-switchyard-attempts')).toBe('2');
      expect(tookMs).toBeGreaterThan(190);
      expect(tookMs).toBeLessThan(SLOW_MS - 500);
      const slow = upstream.requests[before];
      await expect(Promise.race([slow?.aborted, sleepMs(1_000)])).resolves.toEqual(expect.any(Number));
    },
  );

  it('is waited for where no extra call is earned', async () => {
    const { text, keys } = await timed('rarely-hedged', false);
    expect([keys, text.includes('slow')]).toEqual([['slow-key'], true]);
  });

  it('is waited for where its alias is not hedged', async () => {
    const { text, keys } = await timed('patient', true);
    expect([keys, text.includes('slow')]).toEqual([['slow-key'], true]);
  });

  it("is given up at its target's own deadline, for the next target", async () => {
    const { status, text, keys, tookMs } = await timed('hurried', true);
    expect([status, keys, text.includes('quick')]).toEqual([200, ['slow-key', 'quick-key'], true]);
    expect(tookMs).toBeLessThan(SLOW_MS - 500);
  });
});

function sleepMs(ms: number): Promise<string> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms, 'still open').unref();
  });
}
