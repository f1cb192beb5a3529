import { setTimeout as sleep } from 'node:timers/promises';

import type { CredentialSnapshot } from '@switchyard/routing';
import { createLogger, createMetrics, createTracing, type Metrics } from '@switchyard/telemetry';
import { openaiChatPayloads, parsePrometheusText, startReplayUpstream } from '@switchyard/testkit';
import { createWireTransport, type AttemptTransport } from '@switchyard/wire';

import { KEYRING, runAttempt, SECRET, snapshotWith } from '../__fixtures__/attempt-harness.js';
import { startWorker, type Worker } from './start-worker.js';

const BODY = JSON.stringify({ model: 'm', stream: true, messages: [{ role: 'user', content: 'Hi' }] });

const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function start(
  current: () => CredentialSnapshot | undefined,
  { wirePort = 0, metrics }: { readonly wirePort?: number; readonly metrics?: Metrics } = {},
): Promise<Worker> {
  return startWorker({
    credentials: { current, onChange: () => {} },
    keyring: KEYRING,
    wireToken: 'wire-token',
    host: '127.0.0.1',
    wirePort,
    healthPort: 0,
    metrics,
    tracing: createTracing({ serviceName: 'worker', variables: {} }),
    logger: createLogger({ service: 'worker', level: 'silent' }),
    drainMs: 2_000,
  });
}

async function connect(worker: Worker): Promise<AttemptTransport> {
  const { host, port } = worker.wireAddress;
  const transport = createWireTransport({ workers: `${host}:${port}`, token: 'wire-token' });
  closers.push(() => transport.close());
  while (transport.availableWorkers() === 0) await sleep(5);
  return transport;
}

describe('startWorker', () => {
  it('serves attempts over the wire, and drains: a running stream ends whole, readiness fails, new ones are refused', async () => {
    const upstream = await startReplayUpstream({ keys: [SECRET] });
    closers.push(() => upstream.close());
    let goOn = (): void => {};
    const held = new Promise<void>((resolve) => (goOn = resolve));
    upstream.script({
      type: 'stream',
      payloads: openaiChatPayloads(),
      gate: (index) => (index === 3 ? held : Promise.resolve()),
    });
    const worker = await start(() => snapshotWith([{ baseUrl: `${upstream.url}/v1` }]));
    const transport = await connect(worker);

    const running = runAttempt(transport.attempt, { open: { stream: true }, body: BODY });
    await upstream.waitForRequests(1);
    expect((await fetch(`${worker.healthAddress}/readyz`)).status).toBe(200);
    const closing = worker.close();
    await sleep(30);
    expect((await fetch(`${worker.healthAddress}/readyz`)).status).toBe(503);
    expect((await fetch(`${worker.healthAddress}/healthz`)).status).toBe(200);
    const late = await runAttempt(transport.attempt, { open: { stream: true }, body: BODY });
    expect(late.end.outcome).toBe('error');

    goOn();
    const { end, text } = await running;
    expect(end.outcome).toBe('success');
    expect(text).toContain('[DONE]');
    await closing;
    await expect(fetch(`${worker.healthAddress}/healthz`)).rejects.toThrow();
  });

  it('is not ready before its credentials have arrived', async () => {
    const arrived: { snapshot?: CredentialSnapshot } = {};
    const worker = await start(() => arrived.snapshot);
    closers.push(() => worker.close());
    const transport = await connect(worker);
    const answer = await fetch(`${worker.healthAddress}/readyz`);
    expect(await answer.text()).toContain('no credentials have arrived yet');
    expect((await runAttempt(transport.attempt, { body: BODY })).end.error?.code).toBe('not_ready');
    arrived.snapshot = snapshotWith([]);
    expect((await fetch(`${worker.healthAddress}/readyz`)).status).toBe(200);
  });

  it('serves metrics beside its health where there are any', async () => {
    const worker = await start(() => snapshotWith([]), { metrics: createMetrics() });
    const without = await start(() => snapshotWith([]));
    closers.push(
      () => worker.close(),
      () => without.close(),
    );
    const { value } = parsePrometheusText(await (await fetch(`${worker.healthAddress}/metrics`)).text());
    expect(value('switchyard_snapshot_version', { service: 'worker' })).toBe(snapshotWith([]).version);
    expect(value('switchyard_inflight', { service: 'worker' })).toBe(0);
    expect((await fetch(`${without.healthAddress}/metrics`)).status).toBe(404);
  });

  it('leaves nothing open when its port is taken', async () => {
    const worker = await start(() => undefined);
    closers.push(() => worker.close());
    await expect(start(() => undefined, { wirePort: worker.wireAddress.port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });
});
