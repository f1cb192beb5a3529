import { createLogger } from '@switchyard/telemetry';

import { createHttpService } from './http-service.js';

const logger = createLogger({ service: 'test', level: 'silent' });

describe('createHttpService', () => {
  it('says it is alive, and why it cannot serve yet', async () => {
    let reason: string | undefined = 'no snapshot yet: start the admin service or wait for it';
    const service = await createHttpService({
      host: '127.0.0.1',
      port: 0,
      logger,
      checks: [{ name: 'snapshot', check: () => reason }],
    });
    try {
      const alive = await fetch(`${service.address}/healthz`);
      expect([alive.status, await alive.json()]).toEqual([200, { status: 'ok' }]);
      const notReady = await fetch(`${service.address}/readyz`);
      expect([notReady.status, await notReady.json()]).toEqual([
        503,
        { status: 'not ready', reasons: { snapshot: 'no snapshot yet: start the admin service or wait for it' } },
      ]);
      reason = undefined;
      expect((await fetch(`${service.address}/readyz`)).status).toBe(200);
    } finally {
      await service.close();
    }
  });

  it('leaves nothing open when its port is taken', async () => {
    const first = await createHttpService({ host: '127.0.0.1', port: 0, logger, checks: [] });
    try {
      const port = Number(new URL(first.address).port);
      await expect(createHttpService({ host: '127.0.0.1', port, logger, checks: [] })).rejects.toMatchObject({
        code: 'EADDRINUSE',
      });
    } finally {
      await first.close();
    }
  });

  it('serves plain Fastify routes beside the health endpoints', async () => {
    const service = await createHttpService({
      host: '127.0.0.1',
      port: 0,
      logger,
      checks: [],
      configure: (fastify) => {
        fastify.get('/plain', async () => 'plain');
      },
    });
    try {
      expect(await (await fetch(`${service.address}/plain`)).text()).toBe('plain');
    } finally {
      await service.close();
    }
  });
});
