import { indexSnapshot, LoadBook, PriceBook, Turns, type RoutingState } from '@switchyard/routing';
import fastify, { type FastifyInstance } from 'fastify';

import { authenticate } from '../authenticate/authenticate.js';
import { clientKeyOf } from '../authenticate/client-key.js';
import { operatorCheck } from '../authenticate/operator-token.js';
import { registerExplainRoute } from './explain-route.js';

const CREDENTIAL = { provider: 'openai', priority: 0, discovered: [], nativeModels: [], excludedModels: [] };
const index = indexSnapshot({
  format: 1,
  version: 3,
  tenants: [
    { id: 't1', name: 'core', prefixes: ['core'], shared: false, aliases: [] },
    { id: 't2', name: 'batch', prefixes: ['batch'], shared: false, aliases: [] },
  ],
  keys: [
    { id: 'k1', hash: 'hash:client-1', tenantId: 't1' },
    { id: 'k2', hash: 'hash:client-2', tenantId: 't2', models: ['batch/small'] },
  ],
  credentials: [
    { ...CREDENTIAL, id: 'c1', prefix: 'core', models: [{ name: 'gpt' }] },
    { ...CREDENTIAL, id: 'c2', prefix: 'batch', models: [{ name: 'gpt' }, { name: 'small' }] },
  ],
  aliases: [],
  settings: {
    forceModelPrefix: true,
    requestRetry: 0,
    maxRetryCredentials: 0,
    deadlines: { connectMs: 1, headersMs: 1, firstContentMs: 1, idleMs: 1, totalMs: 1 },
    passthroughHeaders: false,
    keepaliveSeconds: 0,
  },
});

const state: RoutingState = {
  health: () => undefined,
  headroom: () => undefined,
  takeProbe: () => false,
  loads: new LoadBook(),
  turns: new Turns(),
  prices: new PriceBook(),
  replicas: 1,
};

describe('POST /v1/route/explain', () => {
  let server: FastifyInstance;
  let url: string;

  beforeAll(async () => {
    server = fastify();
    server.removeAllContentTypeParsers();
    server.addContentTypeParser('*', (_request, _payload, done) => done(null));
    registerExplainRoute(server, {
      routing: () => ({ index, state }),
      callerOf: (request, dialect) =>
        authenticate(index, { presented: clientKeyOf(request, dialect), hash: (key) => `hash:${key}`, nowMs: 0 }),
      isOperator: operatorCheck('owner-token'),
    });
    url = `${await server.listen({ host: '127.0.0.1', port: 0 })}/v1/route/explain`;
  });

  afterAll(() => server.close());

  async function ask(
    key: string | undefined,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<{ status: number; text: string }> {
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers, ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    expect(response.headers.get('x-request-id')).toBeTruthy();
    return { status: response.status, text: await response.text() };
  }

  it("tells a client about its own key's way", async () => {
    const { status, text } = await ask('client-1', { model: 'core/gpt' });
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({
      tenant: 'core',
      key: 'k1',
      snapshot: 3,
      outcome: 'routed',
      credentials: [{ credential: 'c1', kept: true, order: 1, reason: 'well' }],
    });
  });

  it('shows a client nothing of other tenants, whatever it asks for', async () => {
    const bodies = [
      { model: 'batch/gpt' },
      { model: 'core/gpt', tenant: 'batch' },
      { model: 'batch/gpt', key_id: 'k2' },
    ];
    const answers = await Promise.all(bodies.map((body) => ask('client-1', body)));
    for (const { status, text } of answers) {
      expect(status).toBe(200);
      expect(text).not.toContain('c2');
      expect(text).not.toContain('"k2"');
    }
  });

  it('shows a key only what it may use', async () => {
    const { text } = await ask('client-2', { model: 'batch/gpt' });
    expect(JSON.parse(text)).toMatchObject({ outcome: 'unknown-model', credentials: [] });
    expect(JSON.parse((await ask('client-2', { model: 'batch/small' })).text)).toMatchObject({ outcome: 'routed' });
  });

  it('tells an operator about any key and tenant, by name or id', async () => {
    for (const whose of [{ tenant: 'batch' }, { tenant: 't2' }]) {
      expect(JSON.parse((await ask('owner-token', { model: 'batch/gpt', ...whose })).text)).toMatchObject({
        outcome: 'routed',
      });
    }
    const ofKey = JSON.parse((await ask('owner-token', { model: 'batch/gpt', key_id: 'k2' })).text);
    expect(ofKey).toMatchObject({ outcome: 'unknown-model', key: 'k2' });
  });

  it('gives people lines instead', async () => {
    const { text } = await ask('client-1', { model: 'core/gpt', operation: 'embeddings' }, { accept: 'text/plain' });
    expect(text).toMatch(/^core\/gpt \(embeddings\) for key k1 of tenant core, configuration 3: routed\n/);
  });

  it.each([
    ['no key', undefined, { model: 'm' }, 401, 'invalid_api_key'],
    ['an unknown key', 'owner-token-not', { model: 'm' }, 401, 'invalid_api_key'],
    ['no JSON', 'client-1', '{', 400, 'invalid_json'],
    ['no object', 'client-1', '[]', 400, 'invalid_request'],
    ['no model', 'client-1', {}, 400, 'invalid_request'],
    ['an unknown operation', 'client-1', { model: 'm', operation: 'dance' }, 400, 'invalid_request'],
    ['an operator without anybody to ask for', 'owner-token', { model: 'm' }, 400, 'invalid_request'],
    ['an operator with an unknown key', 'owner-token', { model: 'm', key_id: 'x' }, 400, 'invalid_request'],
    ['a body far too large', 'client-1', { model: 'm'.repeat(20_000) }, 413, 'request_too_large'],
  ])('refuses %s', async (_case, key, body, status, code) => {
    const answer = await ask(key, body);
    expect([answer.status, JSON.parse(answer.text).error.code]).toEqual([status, code]);
  });

  it('has no operator where there is no token', () => {
    expect([operatorCheck(undefined)(''), operatorCheck('')(''), operatorCheck('t')('t')]).toEqual([
      false,
      false,
      true,
    ]);
  });
});
