import { setTimeout as sleep } from 'node:timers/promises';

import { Deadline } from './deadline.js';

describe('Deadline', () => {
  let passed: number[] = [];
  let deadline: Deadline;

  beforeEach(() => {
    passed = [];
    deadline = new Deadline(() => passed.push(performance.now()));
  });
  afterEach(() => deadline.close());

  it('passes once, when the last wait that was begun has taken its time', async () => {
    const startedAtMs = performance.now();
    deadline.set(40);
    await sleep(20);
    deadline.set(60);
    await sleep(120);
    expect(passed).toHaveLength(1);
    expect((passed[0] ?? 0) - startedAtMs).toBeGreaterThanOrEqual(79);
  });

  it('may become earlier', async () => {
    const startedAtMs = performance.now();
    deadline.set(60_000);
    deadline.set(20);
    while (passed.length === 0) await sleep(5);
    expect((passed[0] ?? 0) - startedAtMs).toBeGreaterThanOrEqual(20);
  });

  it('begins anew after it was cleared and its timer has run out', async () => {
    deadline.set(10);
    deadline.clear();
    await sleep(40);
    expect(passed).toEqual([]);
    deadline.set(10);
    while (passed.length === 0) await sleep(5);
  });

  it.each([0, -1])('is none at %d', async (waitMs) => {
    deadline.set(10);
    deadline.set(waitMs);
    await sleep(40);
    expect(passed).toEqual([]);
  });
});
