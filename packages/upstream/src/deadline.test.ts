import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { Loopback } from './__fixtures__/loopback.js';
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

  it('does not pass for what came in time, while the process stood still', async () => {
    const loopback = new Loopback();
    const accepted = Promise.withResolvers<Socket>();
    const url = await loopback.listen(createServer((socket) => accepted.resolve(socket)));
    const client = connect(Number(url.port), '127.0.0.1');
    const received = new Promise((resolve) => client.once('data', resolve));
    client.once('data', () => deadline.clear());
    const server = await accepted.promise;
    await sleep(20);
    // What follows is then just before the timers.
    await new Promise(setImmediate);
    deadline.set(10);
    server.write('in time');
    const until = performance.now() + 40;
    while (performance.now() < until);
    await received;
    await sleep(5);
    client.destroy();
    await loopback.close();
    expect(passed).toEqual([]);
  });

  it.each([0, -1])('is none at %d', async (waitMs) => {
    deadline.set(10);
    deadline.set(waitMs);
    await sleep(40);
    expect(passed).toEqual([]);
  });
});
