import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

import { createLogger } from '@switchyard/telemetry';

import { createHttpService, type HttpService } from './http-service.js';

const logger = createLogger({ service: 'test', level: 'silent' });

/** A connection to the service, with all that came over it. */
async function openConnection(service: HttpService): Promise<{ socket: Socket; received: Promise<string> }> {
  const socket = connect(Number(new URL(service.address).port), '127.0.0.1');
  let text = '';
  socket.on('data', (chunk) => (text += chunk.toString()));
  const received = once(socket, 'close').then(() => text);
  await once(socket, 'connect');
  return { socket, received };
}

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

  it('adds to its readiness what does not keep it from serving', async () => {
    let note: string | undefined = 'Redis is away';
    const service = await createHttpService({
      host: '127.0.0.1',
      port: 0,
      logger,
      checks: [{ name: 'redis', isNote: true, check: () => note }],
    });
    try {
      const told = await fetch(`${service.address}/readyz`);
      expect([told.status, await told.json()]).toEqual([200, { status: 'ready', notes: { redis: 'Redis is away' } }]);
      note = undefined;
      expect(await (await fetch(`${service.address}/readyz`)).json()).toEqual({ status: 'ready' });
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

  describe('closing', () => {
    /** Answers `/slow` when `answer` is called. */
    async function startSlow(): Promise<{ service: HttpService; arrived: Promise<void>; answer: () => void }> {
      const arrived = Promise.withResolvers<void>();
      const answered = Promise.withResolvers<string>();
      const service = await createHttpService({
        host: '127.0.0.1',
        port: 0,
        logger,
        checks: [],
        configure: (fastify) => {
          fastify.get('/slow', () => {
            arrived.resolve();
            return answered.promise;
          });
        },
      });
      return { service, arrived: arrived.promise, answer: () => answered.resolve('slow answer') };
    }

    it('does not wait for a connection on which no request ever came', async () => {
      const { service } = await startSlow();
      const { received } = await openConnection(service);
      await service.close();
      expect(await received).toBe('');
    });

    it('waits for the answer of a request, and closes its connection then', async () => {
      const { service, arrived, answer } = await startSlow();
      const { socket, received } = await openConnection(service);
      socket.write('GET /slow HTTP/1.1\r\nhost: test\r\n\r\n');
      await arrived;
      const closed = service.close();
      answer();
      await closed;
      expect(await received).toMatch(/^HTTP\/1\.1 200 [^]*slow answer$/);
    });

    it('cuts a request that outlasts the grace', async () => {
      const { service, arrived } = await startSlow();
      const { socket, received } = await openConnection(service);
      socket.write('GET /slow HTTP/1.1\r\nhost: test\r\n\r\n');
      await arrived;
      await service.close(20);
      expect(await received).toBe('');
    });
  });
});
