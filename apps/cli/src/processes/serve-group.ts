import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { once } from 'node:events';

import { METRICS_CONTENT_TYPE } from '@switchyard/telemetry';

import type { ProcessGroup } from './process-group.js';

export interface ServeGroupOptions {
  readonly host: string;
  readonly port: number;
  readonly group: ProcessGroup;
  /** Absent where metrics are off. */
  readonly withMetrics: boolean;
}

export interface GroupService {
  /** `http://host:port` as bound. */
  readonly address: string;
  close(): void;
}

/**
 * Answers for all processes of a service: `GET /metrics` with their sums, `/readyz` while at least one is ready, and
 * `/healthz`.
 *
 * @throws the socket's error when it cannot listen.
 */
export async function serveGroup({ host, port, group, withMetrics }: ServeGroupOptions): Promise<GroupService> {
  const server = createServer(answer(group, withMetrics));
  server.listen(port, host);
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('a TCP server has a TCP address');
  const name = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
  return {
    address: `http://${name}:${bound.port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function answer(group: ProcessGroup, withMetrics: boolean): RequestListener {
  return ({ method, url }, response) => {
    const path = method === 'GET' ? url?.split('?', 1)[0] : undefined;
    if (path === '/metrics' && withMetrics) void sendMetrics(group, response);
    else if (path === '/readyz') void sendReadiness(group, response);
    else if (path === '/healthz') sendJson(response, 200, { status: 'ok' });
    else sendJson(response, 404, { error: 'not found' });
  };
}

async function sendMetrics(group: ProcessGroup, response: ServerResponse): Promise<void> {
  const metrics = await group.metrics();
  response.writeHead(200, { 'content-type': METRICS_CONTENT_TYPE }).end(metrics.text());
}

async function sendReadiness(group: ProcessGroup, response: ServerResponse): Promise<void> {
  const processes = await group.standings();
  const isReady = processes.some(({ ready }) => ready);
  sendJson(response, isReady ? 200 : 503, { status: isReady ? 'ready' : 'not ready', processes });
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}
