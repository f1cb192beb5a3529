import { createLogger, createMetrics } from '@switchyard/telemetry';

import { serveMetrics, serveMetricsIfFree, type ServeMetricsOptions } from './serve-metrics.js';
import { Closers } from './shutdown.js';

describe('the port of the metrics', () => {
  const lines: string[] = [];
  const logger = createLogger({
    service: 'test',
    level: 'warn',
    destination: { write: (line) => void lines.push(line) },
  });
  const closers = new Closers(logger);
  afterEach(() => closers.close());

  const optionsFor = (metricsPort: number | 'off'): ServeMetricsOptions => ({
    host: '127.0.0.1',
    metricsPort,
    metrics: createMetrics(),
    logger,
    closers,
  });

  it('serves them and nothing else, until it is closed', async () => {
    const address = (await serveMetrics(optionsFor(0))) ?? '';
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
    expect((await fetch(address)).status).toBe(200);
    expect((await fetch(address, { method: 'POST' })).status).toBe(404);
    expect((await fetch(new URL('/readyz', address))).status).toBe(404);
    await closers.close();
    await expect(fetch(address)).rejects.toThrow();
  });

  it('is not opened where it is off', async () => {
    expect(await serveMetrics(optionsFor('off'))).toBeUndefined();
    expect(await serveMetricsIfFree(optionsFor('off'))).toBeUndefined();
  });

  it('stops a service when it is taken, and a standalone only says so', async () => {
    const taken = Number(new URL((await serveMetrics(optionsFor(0))) ?? '').port);
    await expect(serveMetrics(optionsFor(taken))).rejects.toThrow('EADDRINUSE');
    expect(await serveMetricsIfFree(optionsFor(taken))).toBeUndefined();
    expect(lines.at(-1)).toContain('their port is taken; set SWITCHYARD_METRICS_PORT');
  });
});
