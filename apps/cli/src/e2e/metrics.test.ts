import {
  errorAnswer,
  openaiChatPayloads,
  parsePrometheusText,
  sampleAnswer,
  startReplayUpstream,
  type ReplayUpstream,
  type Scrape,
} from '@switchyard/testkit';

import { chat, CLIENT_KEY, openChat, until } from './call-gateway.js';
import { SHAPES, startWorld, type Shape, type World } from './start-world.js';

const KEYS = ['upstream-key-1', 'upstream-key-2'];
const MODEL = 'local/small';

const configOf = ({ url }: ReplayUpstream): string => `
# Each case finds its credentials well, and streams that break are told.
disable-cooling: true
rescue: { text: error }
tenants:
  - name: team
    prefixes: [local, claude, open]
    api-keys: [{ key: "${CLIENT_KEY}" }]
claude-api-key:
  - api-key: ${KEYS[0]}
    base-url: ${url}
    prefix: claude
    models: [{ name: claude-sonnet-4-5, alias: sonnet }]
openrouter:
  - { api-key: ${KEYS[0]}, base-url: "${url}/v1", prefix: open }
openai-compatibility:
  - name: local
    prefix: local
    base-url: ${url}/v1
    api-key-entries: [{ api-key: ${KEYS[0]} }, { api-key: ${KEYS[1]} }]
    models: [{ name: upstream-model, alias: small }]
`;

const OURS = { tenant: 'team', model: MODEL, provider: 'openai-compatibility' };
const UPSTREAM = { provider: 'openai-compatibility', upstream_model: 'upstream-model' };
const GEN_AI = {
  gen_ai_operation_name: 'chat',
  gen_ai_provider_name: 'openai-compatibility',
  gen_ai_request_model: 'upstream-model',
};

/** Where each process of a shape serves its metrics. */
const SCRAPED: Readonly<Record<Shape, readonly string[]>> = {
  standalone: ['gateway'],
  split: ['gateway', 'worker', 'admin'],
};

async function scrapeText(world: World, name = 'gateway'): Promise<string> {
  const printed = world.process(name).stdout();
  const [, metrics] = printed.match(/"metrics":"([^"]+)"/) ?? [];
  const [, health] = printed.match(/"health":"([^"]+)"/) ?? [];
  const response = await fetch(metrics ?? `${health}/metrics`);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  return response.text();
}

async function scrape(world: World, name?: string): Promise<Scrape> {
  return parsePrometheusText(await scrapeText(world, name));
}

describe.each(SHAPES)('the metrics of the %s shape', (shape) => {
  let upstream: ReplayUpstream;
  let world: World;

  beforeAll(async () => {
    upstream = await startReplayUpstream({ keys: KEYS, models: ['listed'] });
    world = await startWorld({ shape, config: configOf(upstream) });
  }, 60_000);

  afterAll(() => upstream.close());
  afterAll(() => world.stop(), 30_000);

  /** How much each sample rose while so many requests were served, and nothing else was. */
  async function risen(requests: number, act: () => Promise<unknown>): Promise<(...sample: Sample) => number> {
    const before = await scrape(world);
    const total = before.sum('switchyard_requests_total') + requests;
    await act();
    // An answer is read before its request is metered.
    await until(async () => ((await scrape(world)).sum('switchyard_requests_total') >= total ? true : undefined));
    const after = await scrape(world);
    expect(after.sum('switchyard_requests_total')).toBe(total);
    return (...sample) => after.sum(...sample) - before.sum(...sample);
  }
  type Sample = Parameters<Scrape['sum']>;

  it('are all served by every process, with the version of the configuration that each has', async () => {
    const versions = async (): Promise<readonly number[]> => {
      const scrapes = await Promise.all(SCRAPED[shape].map((name) => scrape(world, name)));
      for (const { families } of scrapes) expect([...families.keys()]).toContain('switchyard_requests_total');
      return ['gateway', 'worker', 'admin'].map((service) =>
        scrapes.reduce((found, { sum }) => found + sum('switchyard_snapshot_version', { service }), 0),
      );
    };
    // The models that were found make a second version, soon after the first.
    await until(async () => {
      let answered: string | null = null;
      await risen(1, async () => {
        const { headers } = await chat(world.url, { model: MODEL });
        answered = headers.get('x-switchyard-snapshot');
      });
      return (await versions()).every((version) => String(version) === answered) ? true : undefined;
    });
  });

  it('count a whole answer once, with its tokens and times', async () => {
    upstream.script(sampleAnswer('openai-chat', { inputTokens: 7, cachedTokens: 3, outputTokens: 5 }));
    const by = await risen(1, () => chat(world.url, { model: MODEL }));
    expect(by('switchyard_requests_total', { ...OURS, outcome: 'success' })).toBe(1);
    expect(by('switchyard_request_duration_seconds_count', { tenant: 'team', model: MODEL, outcome: 'success' })).toBe(
      1,
    );
    expect(by('switchyard_overhead_seconds_count', { operation: 'chat' })).toBe(1);
    expect(by('switchyard_overhead_seconds_sum')).toBeGreaterThan(0);
    expect(by('switchyard_overhead_seconds_sum')).toBeLessThan(by('switchyard_request_duration_seconds_sum'));
    expect(by('switchyard_attempts_total', { ...UPSTREAM, outcome: 'success' })).toBe(1);
    const tokens = ['input', 'cache_read', 'output'].map((type) => by('switchyard_tokens_total', { ...OURS, type }));
    expect(tokens).toEqual([7, 3, 5]);
    expect(by('gen_ai_client_token_usage_sum', { ...GEN_AI, gen_ai_token_type: 'input' })).toBe(10);
    expect(by('gen_ai_client_token_usage_sum', { ...GEN_AI, gen_ai_token_type: 'output' })).toBe(5);
    expect(by('gen_ai_client_operation_duration_seconds_count', GEN_AI)).toBe(1);
    expect(by('switchyard_time_to_first_token_seconds_count')).toBe(0);
    expect(by('switchyard_rejected_total')).toBe(0);
  });

  it('tell the time to the first token of streams', async () => {
    const payloads = openaiChatPayloads({});
    upstream.script({ type: 'stream', payloads, firstChunkDelayMs: 150, chunkDelayMs: 50 });
    const by = await risen(1, () => chat(world.url, { model: MODEL, stream: true }));
    expect(by('switchyard_time_to_first_token_seconds_count', OURS)).toBe(1);
    expect(by('switchyard_time_to_first_token_seconds_sum', OURS)).toBeGreaterThan(0.14);
    expect(by('switchyard_time_to_first_token_seconds_sum')).toBeLessThan(
      by('switchyard_request_duration_seconds_sum'),
    );
    expect(by('gen_ai_server_time_to_first_token_seconds_count', { gen_ai_request_model: MODEL })).toBe(1);
  });

  it('count the attempts of a failover, and the request once', async () => {
    upstream.script(errorAnswer('openai-chat', 429, 'slow down'));
    const by = await risen(1, () => chat(world.url, { model: MODEL }));
    expect(by('switchyard_requests_total', { ...OURS, outcome: 'success' })).toBe(1);
    expect(by('switchyard_attempts_total', { ...UPSTREAM, outcome: 'credential' })).toBe(1);
    expect(by('switchyard_attempts_total', { ...UPSTREAM, outcome: 'success' })).toBe(1);
    const refused = { ...GEN_AI, error_type: 'upstream_rate_limited' };
    expect(by('gen_ai_client_operation_duration_seconds_count', refused)).toBe(1);
  });

  it('count refused keys and names, and make no label of either', async () => {
    const strangers = Array.from({ length: 20 }, (_, number) => `invented-${number}`);
    const by = await risen(40, async () => {
      for (const name of strangers) {
        await chat(world.url, { model: MODEL, key: name });
        await chat(world.url, { model: name });
      }
    });
    expect(by('switchyard_rejected_total', { tenant: '', reason: 'invalid_api_key' })).toBe(20);
    expect(by('switchyard_rejected_total', { tenant: 'team', reason: 'model_not_found' })).toBe(20);
    expect(by('switchyard_requests_total', { model: '', provider: '', outcome: 'client' })).toBe(40);
    expect(by('switchyard_attempts_total')).toBe(0);
    expect(await scrapeText(world)).not.toContain('invented');
  });

  it('call a name that only passes through other, until a provider has answered under it', async () => {
    const refusals = Array.from({ length: 5 }, () => errorAnswer('openai-chat', 404, 'no such model'));
    upstream.script(...refusals);
    const by = await risen(7, async () => {
      for (const place of refusals.keys()) await chat(world.url, { model: `open/invented-${place}` });
      await chat(world.url, { model: 'open/newest' });
      await chat(world.url, { model: 'open/listed' });
    });
    expect(by('switchyard_requests_total', { model: 'other', provider: 'openrouter', outcome: 'model' })).toBe(5);
    expect(by('switchyard_attempts_total', { provider: 'openrouter', upstream_model: 'other' })).toBe(5);
    expect(await scrapeText(world)).not.toContain('invented');
    expect(by('switchyard_requests_total', { model: 'open/newest', outcome: 'success' })).toBe(1);
    expect(by('switchyard_requests_total', { model: 'open/listed', outcome: 'success' })).toBe(1);
  });

  it('count a stream that its client left, and one that is under way', async () => {
    const held = Promise.withResolvers<void>();
    const gate = (index: number): Promise<void> => (index === 2 ? held.promise : Promise.resolve());
    upstream.script({ type: 'stream', payloads: openaiChatPayloads({}), gate });
    const leave = new AbortController();
    const by = await risen(1, async () => {
      const response = await openChat(world.url, { model: MODEL, stream: true, signal: leave.signal });
      await response.body?.getReader().read();
      const { value } = await scrape(world);
      expect(value('switchyard_inflight', { service: 'gateway' })).toBe(1);
      if (shape === 'split') {
        expect((await scrape(world, 'worker')).value('switchyard_inflight', { service: 'worker' })).toBe(1);
      }
      leave.abort();
    });
    held.resolve();
    expect(by('switchyard_requests_total', { ...OURS, outcome: 'cancelled' })).toBe(1);
    expect(by('switchyard_attempts_total', { ...UPSTREAM, outcome: 'cancelled' })).toBe(1);
    expect(by('switchyard_time_to_first_token_seconds_count', OURS)).toBe(1);
    expect(by('switchyard_rejected_total')).toBe(0);
    expect((await scrape(world)).value('switchyard_inflight', { service: 'gateway' })).toBe(0);
  });

  it('count streams that stop without their proof, before content and after it', async () => {
    const payloads = openaiChatPayloads({});
    upstream.script({ type: 'stream', payloads, ending: { type: 'end-early', atByte: 0 } });
    upstream.script({ type: 'stream', payloads: payloads.slice(0, 3) });
    // The first attempt rotates, the second has begun the answer and must end it.
    const by = await risen(1, () => chat(world.url, { model: MODEL, stream: true }));
    expect(by('switchyard_truncated_streams_total', UPSTREAM)).toBe(2);
    expect(by('switchyard_attempts_total', { ...UPSTREAM, outcome: 'provider' })).toBe(2);
    expect(by('switchyard_requests_total', { ...OURS, outcome: 'provider' })).toBe(1);
  });

  it('count what a translation lost by field, and never by a name of the client’s', async () => {
    const body = {
      model: 'claude/sonnet',
      seed: 7,
      my_own_field: 1,
      messages: [{ role: 'user', content: 'prompt-text' }],
    };
    const by = await risen(1, () =>
      fetch(`${world.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${CLIENT_KEY}` },
        body: JSON.stringify(body),
      }).then((response) => response.text()),
    );
    expect(by('switchyard_translation_dropped_total', { dialect: 'openai-chat', field: 'seed' })).toBe(1);
    expect(by('switchyard_translation_dropped_total', { dialect: 'openai-chat', field: 'other' })).toBe(1);
    expect(by('switchyard_translation_dropped_total')).toBe(2);
    expect(by('gen_ai_client_operation_duration_seconds_count', { gen_ai_provider_name: 'anthropic' })).toBe(1);
  });

  it('have counted every request that has a line in the log, once', async () => {
    await risen(25, () =>
      Promise.all(Array.from({ length: 25 }, () => chat(world.url, { model: MODEL, stream: true }))),
    );
    const lines = await until(async () => {
      const found = world.requestLines();
      return found.length >= (await scrape(world)).sum('switchyard_requests_total') ? found : undefined;
    });
    const { sum } = await scrape(world);
    expect(sum('switchyard_requests_total')).toBe(lines.length);
    expect(sum('switchyard_request_duration_seconds_count')).toBe(lines.length);
    const attempts = lines.flatMap((line) => line['attempts']);
    expect(sum('switchyard_attempts_total')).toBe(attempts.length);
  });
});
