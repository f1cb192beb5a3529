import { startHarness, type Harness } from '../__fixtures__/attempt-harness.js';
import type { ErrorRule } from './error-rules.js';

const BODY = JSON.stringify({ model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] });
const STREAM_BODY = JSON.stringify({ model: 'm', stream: true, messages: [{ role: 'user', content: 'hi' }] });

let harness: Harness;

const start = async (provider: string, errorRules: readonly ErrorRule[] = []): Promise<void> => {
  harness = await startHarness({ provider, credential: { errorRules: [...errorRules] } });
};

afterEach(() => harness.close());

describe('an attempt', () => {
  it('tells what the headers say is left, whether it was answered or refused', async () => {
    await start('openai-compatibility');
    const headers = { 'x-ratelimit-remaining-requests': '3', 'x-ratelimit-reset-requests': '2s' };
    harness.upstream.script({ type: 'whole', status: 429, headers, body: { error: { message: 'slow down' } } });
    const { end } = await harness.run({ body: BODY });
    const { requests, observedAtMs = 0 } = end.headroom ?? {};
    expect(requests).toEqual({ remaining: 3, resetAtMs: observedAtMs + 2_000 });
  });

  it('tells nothing of headroom where the headers do not', async () => {
    await start('openai-compatibility');
    harness.upstream.script({ type: 'whole', status: 500, body: { error: { message: 'broken' } } });
    expect((await harness.run({ body: BODY })).end.headroom).toBeUndefined();
  });

  it('blames the whole account where the headers do', async () => {
    await start('claude');
    const headers = { 'anthropic-ratelimit-unified-status': 'rejected', 'retry-after': '60' };
    harness.upstream.script({ type: 'whole', status: 429, headers, body: { error: { type: 'rate_limit_error' } } });
    const { end } = await harness.run({ open: { dialect: 'anthropic-messages' }, body: BODY });
    expect(end.error).toMatchObject({ code: 'upstream_rate_limited', scope: 'credential', retryAfterMs: 60_000 });
  });
});

describe('a rule of the operator', () => {
  const rules = [{ status: 400, pattern: 'balance', action: 'continue-and-cooldown' }] as const;

  it('is told with the error it fits, though the message says less than the body', async () => {
    await start('openai-compatibility', rules);
    const body = { error: { message: 'odd', hint: 'no BALANCE left' } };
    harness.upstream.script({ type: 'whole', status: 400, body });
    expect((await harness.run({ body: BODY })).end.error?.rule).toBe('continue-and-cooldown');
  });

  it('is not told with another', async () => {
    await start('openai-compatibility', rules);
    harness.upstream.script({ type: 'whole', status: 400, body: { error: { message: 'odd' } } });
    const { error } = (await harness.run({ body: BODY })).end;
    expect(error?.code).toBe('upstream_invalid_request');
    expect(error?.rule).toBeUndefined();
  });

  it('fits an error within a stream', async () => {
    await start('openai-compatibility', [{ pattern: 'balance', action: 'continue' }]);
    harness.upstream.script({ type: 'stream', payloads: ['{"error":{"message":"no balance"}}'] });
    const { end } = await harness.run({ open: { stream: true }, body: STREAM_BODY });
    expect(end.error?.rule).toBe('continue');
  });
});
