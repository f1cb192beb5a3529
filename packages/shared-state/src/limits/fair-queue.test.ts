import { createFairQueue, type FairQueue } from './fair-queue.js';
import type { Grant, Limiter, LimitRule, Verdict } from './limiter.js';
import { createMemoryLimiter } from './memory-limiter.js';

const ONE: LimitRule = { scope: 'tenant', measure: 'concurrent', limit: 1 };
const TOKENS: LimitRule = { scope: 'tenant', measure: 'tokens', limit: 100, window: { type: 'rolling', ms: 600 } };
const REQUESTS: LimitRule = { scope: 'tenant', measure: 'requests', limit: 1 };

function grantOf(verdict: Verdict): Grant {
  if (verdict.type !== 'admitted') throw new Error('rejected');
  return verdict.grant;
}

describe('a fair queue', () => {
  let limiter: Limiter;
  let queue: FairQueue;

  beforeEach(() => {
    limiter = createMemoryLimiter();
    queue = createFairQueue(limiter, { capacity: 5 });
  });

  afterEach(() => {
    queue.close();
  });

  function wait(
    tenantId: string,
    {
      rules = [ONE],
      tokens = 0,
      maxWaitMs = 5000,
      signal,
    }: Partial<{
      rules: readonly LimitRule[];
      tokens: number;
      maxWaitMs: number;
      signal: AbortSignal;
    }> = {},
  ): Promise<Verdict> {
    const estimate = { tokens, usdMicros: 0 };
    return queue.admitOrWait({ requestId: 'r', tenantId, rules, estimate }, { maxWaitMs, signal });
  }

  it('admits at once what fits', async () => {
    expect(await wait('x')).toMatchObject({ type: 'admitted', standings: [{ remaining: 0 }] });
    expect(queue.waiting).toBe(0);
  });

  it('lets a request wait until another is over, in the order in which they came', async () => {
    const order: string[] = [];
    const run = async (name: string): Promise<void> => {
      const grant = grantOf(await wait('x'));
      order.push(name);
      await new Promise((resolve) => setTimeout(resolve, 5));
      await grant.settle(undefined);
    };
    const startedAt = performance.now();
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map(run));
    expect(order).toEqual(['a', 'b', 'c', 'd', 'e']);
    // What is given back wakes the next: nobody has waited for the clock.
    expect(performance.now() - startedAt).toBeLessThan(240);
  });

  it('lets a request wait until enough counts no longer', async () => {
    await wait('x', { rules: [TOKENS], tokens: 80 });
    const startedAt = performance.now();
    expect(await wait('x', { rules: [TOKENS], tokens: 60 })).toMatchObject({ type: 'admitted' });
    expect(performance.now() - startedAt).toBeGreaterThan(500);
  });

  it('keeps a newcomer behind those who wait for the same, though it would fit', async () => {
    await wait('x', { rules: [TOKENS], tokens: 80 });
    const order: string[] = [];
    const large = wait('x', { rules: [TOKENS], tokens: 60 }).then(() => order.push('large'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    const small = wait('x', { rules: [TOKENS], tokens: 10 }).then(() => order.push('small'));
    await Promise.all([large, small]);
    expect(order).toEqual(['large', 'small']);
  });

  it('does not let one tenant hold up another', async () => {
    await wait('x');
    const blocked = wait('x', { maxWaitMs: 100 });
    expect(await wait('y')).toMatchObject({ type: 'admitted' });
    expect(await blocked).toMatchObject({ type: 'rejected' });
  });

  it('answers with the last rejection when time is up', async () => {
    await wait('x');
    const startedAt = performance.now();
    const verdicts = await Promise.all([wait('x', { maxWaitMs: 60 }), wait('x', { maxWaitMs: 60 })]);
    expect(verdicts).toMatchObject([
      { type: 'rejected', rule: ONE, standings: [{ remaining: 0 }] },
      { type: 'rejected', rule: ONE, standings: [{ remaining: 0 }] },
    ]);
    expect(performance.now() - startedAt).toBeGreaterThan(55);
    expect(queue.waiting).toBe(0);
  });

  it('does not let wait what waiting cannot help', async () => {
    await wait('x', { rules: [REQUESTS] });
    const startedAt = performance.now();
    expect(await wait('x', { rules: [REQUESTS] })).toMatchObject({ type: 'rejected', reason: 'used-up' });
    expect(await wait('x', { rules: [TOKENS], tokens: 101 })).toMatchObject({ type: 'rejected', reason: 'too-large' });
    expect(performance.now() - startedAt).toBeLessThan(200);
  });

  it('gives up a request that is aborted, and what it had been given', async () => {
    const grant = grantOf(await wait('x'));
    const aborting = new AbortController();
    const waiting = wait('x', { signal: aborting.signal });
    await new Promise((resolve) => setTimeout(resolve, 10));
    aborting.abort(new Error('the client has gone'));
    await expect(waiting).rejects.toThrow('the client has gone');
    expect(queue.waiting).toBe(0);
    await grant.settle(undefined);
    expect(await limiter.standings('x', [ONE])).toMatchObject([{ remaining: 1 }]);
    await expect(wait('x', { signal: aborting.signal })).rejects.toThrow('the client has gone');
  });

  it('has room for so many, and sends away the last of the tenant with most waiting', async () => {
    await wait('x');
    await wait('y');
    const all = Array.from({ length: 5 }, () => wait('x', { maxWaitMs: 300 }));
    await new Promise((resolve) => setTimeout(resolve, 10));
    const other = wait('y', { maxWaitMs: 300 });
    expect(await Promise.race([all[4], other])).toMatchObject({ type: 'rejected' });
    expect(queue.waiting).toBe(5);
    await Promise.all([...all, other]);
  });

  it('answers all who wait when it is closed', async () => {
    await wait('x');
    const waiting = [wait('x'), wait('x')];
    await new Promise((resolve) => setTimeout(resolve, 10));
    queue.close();
    expect(await Promise.all(waiting)).toMatchObject([{ type: 'rejected' }, { type: 'rejected' }]);
    expect(await wait('x')).toMatchObject({ type: 'rejected' });
  });
});
