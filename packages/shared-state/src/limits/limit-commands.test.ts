import { startRedisServer, testRedis } from '@switchyard/testkit';
import { Redis } from 'ioredis';

import { LimitCommands } from './limit-commands.js';
import type { LimitRule } from './limiter.js';
import { reserve, type Reservation } from './reservation.js';

const RULES: readonly LimitRule[] = [
  { scope: 'key:k', measure: 'requests', limit: 10 },
  { scope: 'key:k', measure: 'tokens', limit: 1000, window: { type: 'calendar', unit: 'month' } },
  { scope: 'key:k', measure: 'concurrent', limit: 10 },
];
const TRUTH = { requests: 1, tokens: 60, usdMicros: 0 } as const;
const NOTHING = { requests: 0, tokens: 0, usdMicros: 0 } as const;

describe('the commands of limits', () => {
  let redis: Redis;
  let commands: LimitCommands;
  let reservation: Reservation;

  beforeEach(async () => {
    const { url, keyPrefix } = await testRedis();
    redis = new Redis(url);
    commands = new LimitCommands({ keyPrefix, leaseMs: 10_000 });
    reservation = reserve(
      { requestId: 'r', tenantId: 't', rules: RULES, estimate: { tokens: 100, usdMicros: 0 } },
      'r/1',
    );
  });

  afterEach(() => {
    redis.disconnect();
  });

  async function used(): Promise<readonly number[]> {
    return (await commands.look(redis, reservation)).map((standing) => standing.used);
  }

  it('count what was admitted elsewhere once, however often they are told', async () => {
    await commands.adopt(redis, reservation, { mode: 'hold', ageMs: 10 });
    await commands.adopt(redis, reservation, { mode: 'hold', ageMs: 20 });
    await commands.adopt(redis, reservation, { mode: 'charge', ageMs: 30 });
    expect(await used()).toEqual([1, 100, 1]);
  });

  it('do not count again what was settled, when they are told to remember', async () => {
    for (let time = 0; time < 2; time += 1) {
      await commands.adopt(redis, reservation, { mode: 'charge', ageMs: 10 });
      await commands.settle(redis, reservation, { settlement: TRUTH, remember: true });
    }
    expect(await used()).toEqual([1, 60, 0]);
  });

  it('count nothing for an admission that comes later than its end', async () => {
    await commands.settle(redis, reservation, { settlement: NOTHING, remember: true });
    await expect(commands.admit(redis, reservation)).rejects.toThrow('decided before');
    expect(await used()).toEqual([0, 0, 0]);
  });

  it('count what happened long ago only where it still counts', async () => {
    await commands.adopt(redis, reservation, { mode: 'charge', ageMs: 70_000 });
    const [requests, tokens] = await used();
    expect(requests).toBe(0);
    // Unless the month has just begun.
    expect([0, 100]).toContain(tokens);
  });

  it('bring no lease back that was given back', async () => {
    await commands.admit(redis, reservation);
    await commands.settle(redis, reservation, { settlement: TRUTH, remember: false });
    await commands.extend(redis, [reservation]);
    expect(await used()).toEqual([1, 60, 0]);
  });

  it('need only be sent once to each server', async () => {
    const server = await startRedisServer();
    const own = new Redis(server.url);
    for (const id of ['r/1', 'r/2', 'r/3']) await commands.admit(own, { ...reservation, id });
    const statistics = await own.info('commandstats');
    own.disconnect();
    await server.stop();
    expect(statistics).toContain('cmdstat_eval:calls=1,');
  });
});
