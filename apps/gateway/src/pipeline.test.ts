import type { RoutingSnapshot } from '@switchyard/routing';
import { CANCELLED_END, type AttemptHandler } from '@switchyard/wire';

import { startDirectGateway } from './__fixtures__/direct-gateway.js';
import { closeSharedState, createMemorySharedState } from './state/shared-state.js';

const SNAPSHOT: RoutingSnapshot = {
  format: 1,
  version: 1,
  tenants: [{ id: 't', name: 'team', prefixes: '*', shared: true, aliases: [] }],
  keys: [{ id: 'k', hash: 'hashed key', tenantId: 't' }],
  credentials: [
    {
      id: 'c',
      provider: 'claude',
      prefix: 'p',
      models: [],
      discovered: [],
      nativeModels: [],
      excludedModels: [],
      priority: 0,
    },
  ],
  aliases: [],
  settings: {
    forceModelPrefix: false,
    requestRetry: 0,
    maxRetryCredentials: 0,
    deadlines: { connectMs: 50, headersMs: 50, firstContentMs: 50, idleMs: 50, totalMs: 50 },
    passthroughHeaders: false,
    keepaliveSeconds: 0,
  },
};

const silent: AttemptHandler = (_open, _body, _reply, signal) =>
  new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(CANCELLED_END), { once: true });
  });

describe('the way of a request', () => {
  it('ends with the total deadline also where a worker that should have enforced it says nothing', async () => {
    const shared = createMemorySharedState();
    const gateway = await startDirectGateway({ snapshot: SNAPSHOT, handler: silent, shared });
    const response = await fetch(`${gateway.address}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: 'Bearer key', 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'p/m', messages: [] }),
    });
    expect(response.status).toBe(504);
    const { error } = JSON.parse(await response.text());
    expect(error.message).toContain('not answered within its 50 ms');
    await gateway.close();
    await closeSharedState(shared);
  });
});
