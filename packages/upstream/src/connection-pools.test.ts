import { Call } from './call.js';
import { ConnectionPools } from './connection-pools.js';

describe('ConnectionPools', () => {
  let nowMs = 0;
  const createPools = () => new ConnectionPools({ poolLimit: 2, now: () => nowMs });

  /** Begins a call that never finds its host; the function returned ends it. */
  function begin(pools: ConnectionPools, name: string, proxyUrl?: string): () => Promise<void> {
    const abort = new AbortController();
    const call = new Call({
      request: {
        method: 'GET',
        url: new URL(`http://${name}.invalid`),
        headers: {},
        deadlines: { connectMs: 10_000, headersMs: 0, idleMs: 0 },
        proxyUrl,
      },
      signal: abort.signal,
      decompressedLimitBytes: 1,
    });
    pools.send(call);
    return async () => {
      abort.abort();
      await expect(call.response).rejects.toMatchObject({ code: 'client_closed' });
    };
  }

  it('has one pool for calls of one origin, and another for those by a proxy', async () => {
    const pools = createPools();
    const ends = [begin(pools, 'a'), begin(pools, 'a'), begin(pools, 'a', 'direct')];
    expect(pools.size).toBe(1);
    ends.push(begin(pools, 'a', 'http://proxy.invalid'));
    expect(pools.size).toBe(2);
    for (const end of ends) await end();
  });

  it('closes the pool unused for longest when there are too many, but none in use', async () => {
    const pools = createPools();
    const ends = [begin(pools, 'busy')];
    nowMs += 1;
    await begin(pools, 'old')();
    nowMs += 1;
    await begin(pools, 'new')();
    expect(pools.size).toBe(2);
    for (const name of ['x', 'y', 'z']) ends.push(begin(pools, name));
    expect(pools.size).toBe(4);
    for (const end of ends) await end();
  });

  it('closes pools that nobody used for five minutes', async () => {
    const pools = createPools();
    await begin(pools, 'a')();
    nowMs += 6 * 60_000;
    await begin(pools, 'b')();
    expect(pools.size).toBe(1);
  });
});
