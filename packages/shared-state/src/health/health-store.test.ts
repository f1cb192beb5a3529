import { setTimeout as sleep } from 'node:timers/promises';

import type { Headroom } from '@switchyard/canonical';
import type { HealthFailure } from '@switchyard/routing';
import { testRedis } from '@switchyard/testkit';

import { eventually } from '../__fixtures__/snapshots.js';
import type { HealthStore } from './health-store.js';
import { createMemoryHealthStore } from './memory-health-store.js';
import { createRedisHealthStore } from './redis-health-store.js';

const IMPLEMENTATIONS: readonly [string, (maxScopes: number) => Promise<HealthStore>][] = [
  ['memory', async (maxScopes) => createMemoryHealthStore({ maxScopes, probeMs: 300 })],
  [
    'redis',
    async (maxScopes) => {
      const store = createRedisHealthStore({ ...(await testRedis()), maxScopes, probeMs: 300 });
      await eventually(() => !store.isAlone);
      return store;
    },
  ],
  [
    'redis that is away',
    async (maxScopes) => createRedisHealthStore({ url: 'redis://127.0.0.1:1', maxScopes, probeMs: 300 }),
  ],
];

function failureOf(scope: string, facts: Partial<HealthFailure> = {}): HealthFailure {
  return { scope, state: 'cooling', code: 'upstream_rate_limited', baseMs: 1000, capMs: 60_000, ...facts };
}

function headroomAt(observedAtMs: number, remaining: number): Headroom {
  return { requests: { remaining, limit: 10, resetAtMs: observedAtMs + 1000 }, observedAtMs };
}

describe.each(IMPLEMENTATIONS)('a health store in %s', (name, create) => {
  let store: HealthStore;

  beforeEach(async () => {
    store = await create(100);
  });

  afterEach(async () => {
    await store.close();
  });

  it('is blank until something is known of a scope', async () => {
    expect(store.isBlank).toBe(true);
    store.failed(failureOf('a'));
    expect(store.isBlank).toBe(false);
    store.succeeded('a', Date.now() + 1);
    await eventually(() => store.isBlank);
    store.observe('a', headroomAt(Date.now(), 1));
    expect(store.isBlank).toBe(false);
  });

  it('knows nothing of a healthy scope', () => {
    expect(store.health('a')).toBeUndefined();
    expect([...store.unhealthy()]).toEqual([]);
    expect(store.takeProbe('a')).toBe(false);
    store.succeeded('a');
    expect(store.health('a')).toBeUndefined();
  });

  it('shows a failure at once', () => {
    const before = Date.now();
    store.failed(failureOf('a|m', { hintMs: 5000 }));
    const record = store.health('a|m');
    expect(record).toMatchObject({ scope: 'a|m', state: 'cooling', code: 'upstream_rate_limited', level: 0 });
    expect((record?.untilMs ?? 0) - before).toBeGreaterThanOrEqual(5000);
    expect((record?.untilMs ?? 0) - before).toBeLessThan(5500);
    expect([...store.unhealthy()]).toEqual([record]);
    expect(store.health('a')).toBeUndefined();
  });

  it('takes one step of the backoff for a burst of failures', async () => {
    for (let count = 0; count < 20; count += 1) store.failed(failureOf('a', { baseMs: 80 }));
    await sleep(120);
    expect(store.health('a')?.level).toBe(0);
    store.failed(failureOf('a', { baseMs: 80 }));
    store.failed(failureOf('a', { baseMs: 80 }));
    await sleep(50);
    expect(store.health('a')?.level).toBe(1);
  });

  it('forgets everything with a success', async () => {
    store.failed(failureOf('a'));
    await sleep(20);
    store.succeeded('a');
    expect(store.health('a')).toBeUndefined();
    await sleep(50);
    expect(store.health('a')).toBeUndefined();
  });

  it('learns nothing from the success of a request that was under way when the window opened', async () => {
    const sentAtMs = Date.now() - 50;
    store.failed(failureOf('a'));
    store.succeeded('a', sentAtMs);
    await sleep(50);
    expect(store.health('a')).toBeDefined();
    store.succeeded('a', Date.now());
    expect(store.health('a')).toBeUndefined();
  });

  it('hands out the probe of a window that passed once, and again when nothing was heard of it', async () => {
    store.failed(failureOf('a', { baseMs: 60 }));
    expect(store.takeProbe('a')).toBe(false);
    const until = store.health('a')?.untilMs ?? 0;
    await eventually(() => store.takeProbe('a'), 1000);
    const takenAtMs = Date.now();
    expect(takenAtMs).toBeGreaterThanOrEqual(until);
    expect(store.takeProbe('a')).toBe(false);
    await eventually(() => store.takeProbe('a'), 2000);
    expect(Date.now() - takenAtMs).toBeGreaterThan(250);
  });

  it('opens the next window when the probe fails, and is probed again after it', async () => {
    store.failed(failureOf('a', { baseMs: 60 }));
    await eventually(() => store.takeProbe('a'), 1000);
    store.failed(failureOf('a', { baseMs: 60 }));
    const until = store.health('a')?.untilMs ?? 0;
    expect(until - Date.now()).toBeGreaterThan(100);
    expect(store.takeProbe('a')).toBe(false);
    await eventually(() => store.takeProbe('a'), 1000);
    expect(Date.now()).toBeGreaterThanOrEqual(until);
    store.succeeded('a');
    expect(store.health('a')).toBeUndefined();
  });

  it('keeps the latest observation of what is left', () => {
    const now = Date.now();
    store.observe('a', headroomAt(now - 10, 5));
    store.observe('a', headroomAt(now - 20, 9));
    expect(store.headroom('a')).toEqual(headroomAt(now - 10, 5));
    store.observe('a', headroomAt(now, 4));
    expect(store.headroom('a')?.requests?.remaining).toBe(4);
    expect(store.headroom('b')).toBeUndefined();
  });

  it('is not held up by an observation from the future', () => {
    store.observe('a', headroomAt(Date.now() + 60_000, 5));
    store.observe('a', headroomAt(Date.now(), 4));
    expect(store.headroom('a')?.requests?.remaining).toBe(4);
  });

  it('remembers no more scopes than it was told, and gives up invented model names first', async () => {
    store.failed(failureOf('real', { capMs: 60_000 }));
    for (let count = 0; count < 300; count += 1) {
      store.failed(failureOf(`a|${count}`, { state: 'parked', code: 'upstream_model_not_found' }));
      store.observe(`a|${count}`, headroomAt(Date.now(), count));
    }
    const headrooms = Array.from({ length: 300 }, (_, index) => store.headroom(`a|${index}`));
    expect(headrooms.filter((headroom) => headroom !== undefined)).toHaveLength(100);
    expect([...store.unhealthy()]).toHaveLength(100);
    await sleep(50);
    expect([...store.unhealthy()]).toHaveLength(100);
    expect(store.health('real')).toBeDefined();
  });

  it('tells listeners of each change', async () => {
    const heard: [string, number | undefined][] = [];
    store.onChange((scope, record) => heard.push([scope, record?.level]));
    store.failed(failureOf('a'));
    store.succeeded('a');
    store.succeeded('a');
    expect(heard).toEqual([
      ['a', 0],
      ['a', undefined],
    ]);
  });

  if (name !== 'redis that is away') {
    it('forgets a credential and its models on reset, and no other', async () => {
      for (const scope of ['a', 'a|m', 'ab', 'ab|m']) {
        store.failed(failureOf(scope));
        store.observe(scope, headroomAt(Date.now(), 0));
      }
      await store.reset('a');
      expect([...store.unhealthy()].map(({ scope }) => scope)).toEqual(['ab', 'ab|m']);
      expect([store.headroom('a|m'), store.headroom('ab|m')?.requests?.remaining]).toEqual([undefined, 0]);
      await sleep(50);
      expect([...store.unhealthy()].map(({ scope }) => scope).sort()).toEqual(['ab', 'ab|m']);
    });
  }
});
