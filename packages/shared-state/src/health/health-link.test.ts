import { setTimeout as sleep } from 'node:timers/promises';

import { testRedis } from '@switchyard/testkit';

import { eventually } from '../__fixtures__/snapshots.js';
import { HealthLink } from './health-link.js';

describe('a link to the redis that shares health', () => {
  const told: string[] = [];
  const reads: ((shared: string) => void)[] = [];
  let link: HealthLink<string>;

  beforeEach(async () => {
    told.length = 0;
    reads.length = 0;
    const { url, keyPrefix } = await testRedis();
    link = new HealthLink<string>({
      url,
      channel: `${keyPrefix}health`,
      commandTimeoutMs: 1000,
      onMessage: () => undefined,
      beat: async () => undefined,
      onBeat: () => undefined,
      read: () => new Promise((resolve) => reads.push(resolve)),
      onUp: (shared) => told.push(`up with ${shared}`),
      onDown: () => told.push('down'),
    });
    await eventually(() => reads.length === 1);
  });

  afterEach(() => link.close());

  it('is not up with what comes after it was closed', async () => {
    link.close();
    reads[0]?.('an answer that was under way');
    await sleep(20);
    expect(told).toEqual([]);
  });

  it('is not up with what comes after its connections were given up, but with what the next ones read', async () => {
    link.restart(new Error('Redis did not deliver all messages'));
    reads[0]?.('an answer that was under way');
    await eventually(() => reads.length === 2);
    expect(told).toEqual(['down']);
    reads[1]?.('the answer');
    await eventually(() => told.length === 2);
    expect(told).toEqual(['down', 'up with the answer']);
  });
});
