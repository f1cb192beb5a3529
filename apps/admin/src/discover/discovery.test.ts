import { applyDesiredState, type ConfigurationRows } from '@switchyard/database';
import { createLogger } from '@switchyard/telemetry';
import { createUpstreamClient, type UpstreamClient } from '@switchyard/upstream';

import { AdminWorld, eventually } from '../__fixtures__/admin-harness.js';
import { Publisher } from '../publish/publisher.js';
import { Discovery } from './discovery.js';

const DEADLINES = { connectMs: 1, headersMs: 1, firstContentMs: 1, idleMs: 1, totalMs: 1 };
const logger = createLogger({ service: 'test', level: 'silent' });

let world: AdminWorld;
let upstream: UpstreamClient;
let publisher: Publisher;
let discovery: Discovery;

beforeEach(async () => {
  world = await AdminWorld.open();
  await world.database.migrate();
  upstream = createUpstreamClient();
  const { database, store, keyring } = world;
  publisher = new Publisher({ database, store, logger });
  discovery = new Discovery({ database, publisher, upstream, keyring, logger, refreshMs: 0, retryMs: 0 });
});

afterEach(async () => {
  await discovery.close();
  await publisher.close();
  await upstream.close();
  await world.close();
});

function rows(...baseUrls: readonly string[]): ConfigurationRows {
  const common = { providerId: 'groq', priority: 0, headers: {}, excludedModels: [] };
  return {
    tenants: [],
    keys: [],
    aliases: [],
    providers: [{ id: 'groq', slug: 'groq' }],
    credentials: [
      ...baseUrls.map((baseUrl, position) => ({ ...common, id: `cred_${position}`, position, baseUrl, models: [] })),
      { ...common, id: 'cred_named', position: 99, baseUrl: 'http://127.0.0.1:9', models: [{ name: 'named' }] },
    ],
    settings: {
      forceModelPrefix: false,
      requestRetry: 0,
      maxRetryCredentials: 0,
      deadlines: DEADLINES,
      passthroughHeaders: false,
      keepaliveSeconds: 0,
    },
  };
}

const discovered = (): Record<string, readonly string[]> =>
  Object.fromEntries(publisher.current()?.routing.credentials.map(({ id, discovered: names }) => [id, names]) ?? []);

describe('Discovery', () => {
  it('follows what an upstream lists, and keeps the earlier list while it fails', async () => {
    let answer: string | undefined = '{"data":[{"id":"one"}]}';
    let asked = 0;
    const baseUrl = await world.upstream((_request, response) => {
      asked += 1;
      response.statusCode = answer === undefined ? 500 : 200;
      response.end(answer);
    });
    await applyDesiredState(world.database, rows(baseUrl));
    await publisher.publish();

    discovery.lookSoon();
    await eventually(() => discovered()['cred_0']?.includes('one'));
    const { version } = publisher.current()?.routing ?? {};

    answer = undefined;
    const before = asked;
    await eventually(() => {
      discovery.lookSoon();
      return asked > before + 2;
    });
    expect(discovered()).toEqual({ cred_0: ['one'], cred_named: [] });
    expect(publisher.current()?.routing.version).toBe(version);

    answer = '{"data":[{"id":"two"}]}';
    await eventually(() => {
      discovery.lookSoon();
      return discovered()['cred_0']?.includes('two');
    });
    expect(discovered()['cred_0']).toEqual(['two']);
  });

  it('asks many upstreams, and never one whose models are written down', async () => {
    const baseUrl = await world.upstream((request, response) => {
      response.end(JSON.stringify({ data: [{ id: `from${request.url?.replaceAll('/', '-')}` }] }));
    });
    const baseUrls = Array.from({ length: 20 }, (_, index) => `${baseUrl}/${index}`);
    await applyDesiredState(world.database, rows(...baseUrls));
    await publisher.publish();
    discovery.lookSoon();
    await eventually(() => Object.values(discovered()).flat().length === 20);
    expect(discovered()).toMatchObject({ cred_7: ['from-7-models'], cred_19: ['from-19-models'], cred_named: [] });
  });

  it('stops at once when it is closed in the middle of a call', async () => {
    let isAsked = false;
    const baseUrl = await world.upstream(() => {
      isAsked = true;
    });
    await applyDesiredState(world.database, rows(baseUrl));
    await publisher.publish();
    discovery.lookSoon();
    await eventually(() => isAsked);
    const began = Date.now();
    await discovery.close();
    expect(Date.now() - began).toBeLessThan(1000);
  });
});
