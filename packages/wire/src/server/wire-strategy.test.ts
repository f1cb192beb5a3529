import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

import { CollectingReply, HEAD, OPEN, SUCCESS } from '../__fixtures__/attempt.js';
import { hostPort, Peers, TOKEN, until } from '../__fixtures__/peers.js';
import type { AttemptHandler } from '../attempt.js';
import { WireStrategy } from './wire-strategy.js';

const peers = new Peers();
afterEach(() => peers.close());

const { signal } = new AbortController();

class WorkerModule {}
Module({})(WorkerModule);

function strategyFor(handler: AttemptHandler, port = 0): WireStrategy {
  return new WireStrategy({ port, token: TOKEN, providers: ['simulator'], handler, drainTimeoutMs: 2000 });
}

describe('the wire as a Nest transport', () => {
  it('serves attempts while the application runs, and drains when it closes', async () => {
    let finish = (): void => {};
    const strategy = strategyFor((_open, _body, reply) => {
      reply.head(HEAD);
      return new Promise((resolve) => (finish = () => resolve(SUCCESS)));
    });
    const statuses: string[] = [];
    strategy.status.subscribe((status) => statuses.push(status));
    const app = await NestFactory.createMicroservice(WorkerModule, { strategy, logger: false });
    await app.listen();
    const client = peers.client(hostPort(strategy.server));
    const end = client.attempt(OPEN, Buffer.from('b'), new CollectingReply(), signal);
    await until(() => strategy.server.openStreams === 1);
    const closed = app.close();
    await until(() => client.availableWorkers() === 0);
    finish();
    expect(await end).toEqual(SUCCESS);
    await closed;
    expect(strategy.server.connections).toBe(0);
    expect(statuses).toEqual(['listening', 'draining', 'closed']);
  });

  it('fails the start of the application if it cannot listen', async () => {
    const { port } = (await peers.server(() => Promise.resolve(SUCCESS))).address;
    const app = await NestFactory.createMicroservice(WorkerModule, {
      strategy: strategyFor(() => Promise.resolve(SUCCESS), port),
      logger: false,
    });
    await expect(app.listen()).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await app.close();
  });
});
