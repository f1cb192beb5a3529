import { ConnectionPools } from './connection-pools.js';

describe('ConnectionPools', () => {
  let nowMs = 0;
  const createPools = () => new ConnectionPools({ poolLimit: 2, now: () => nowMs });
  const route = (name: string) => ({ origin: `http://${name}.invalid`, connectMs: 10 });

  it('gives calls of one route one pool, and calls of another proxy another', () => {
    const pools = createPools();
    const first = pools.lease(route('a'));
    expect(pools.lease(route('a')).dispatcher).toBe(first.dispatcher);
    expect(pools.lease({ ...route('a'), proxyUrl: 'http://proxy.invalid' }).dispatcher).not.toBe(first.dispatcher);
  });

  it('closes the pool unused for longest when there are too many, but none in use', () => {
    const pools = createPools();
    const busy = pools.lease(route('busy'));
    pools.lease(route('old')).release();
    pools.lease(route('new')).release();
    expect(pools.size).toBe(2);
    expect(pools.lease(route('busy')).dispatcher).toBe(busy.dispatcher);
    for (const name of ['x', 'y', 'z']) pools.lease(route(name));
    expect(pools.size).toBe(4);
  });

  it('closes pools that nobody used for five minutes', () => {
    const pools = createPools();
    pools.lease(route('a')).release();
    nowMs += 6 * 60_000;
    pools.lease(route('b'));
    expect(pools.size).toBe(1);
  });
});
