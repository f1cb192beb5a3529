import { parseKeyring, sealSecret } from '@switchyard/config';
import { createMemorySharedState, startGateway, type GatewayOptions } from '@switchyard/gateway';
import { createAttemptHandler, type AttemptDependencies } from '@switchyard/provider-worker';
import { createLogger, createMetrics, createTracing } from '@switchyard/telemetry';
import { createUpstreamClient } from '@switchyard/upstream';
import { createDirectTransport } from '@switchyard/wire';

type RoutingSnapshot = NonNullable<ReturnType<GatewayOptions['routing']['current']>>;
type CredentialSnapshot = NonNullable<ReturnType<AttemptDependencies['credentials']['current']>>;
type RoutingCredential = RoutingSnapshot['credentials'][number];

export interface PlaneCredential extends Pick<RoutingCredential, 'id' | 'provider' | 'operations'> {
  readonly prefix: string;
  readonly priority?: number;
  readonly baseUrl: string;
  readonly secret: string;
}

/** Gateway and worker in this process, with real sockets on both sides and no control plane. */
export interface DataPlane {
  readonly url: string;
  /** The gateway's request lines so far. */
  readonly lines: readonly Readonly<Record<string, unknown>>[];
  close(): Promise<void>;
}

const KEYRING = parseKeyring(`test:${Buffer.alloc(32, 7).toString('base64')}`);
const DEADLINES = { connectMs: 2_000, headersMs: 5_000, firstContentMs: 5_000, idleMs: 5_000, totalMs: 20_000 };

/** Starts a data plane where `tenantKeys` maps a client's key to the prefixes it reaches. */
export async function startDataPlane(options: {
  readonly tenantKeys: Readonly<Record<string, readonly string[]>>;
  readonly credentials: readonly PlaneCredential[];
}): Promise<DataPlane> {
  const routing = routingSnapshot(options);
  const lines: Readonly<Record<string, unknown>>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const tracing = createTracing({ serviceName: 'test', variables: {} });
  const logger = createLogger({ service: 'gateway', level: 'info', destination });
  const upstream = createUpstreamClient();
  const credentials = credentialSnapshot(options.credentials);
  const handler = createAttemptHandler({
    credentials: { current: () => credentials, onChange: () => {} },
    keyring: KEYRING,
    upstream,
    tracing,
    logger,
  });
  const gateway = await startGateway({
    host: '127.0.0.1',
    port: 0,
    routing: { current: () => routing, onChange: () => {} },
    transport: createDirectTransport(handler),
    hashKey: (key) => `hash of ${key}`,
    tracing,
    logger,
    metrics: createMetrics(),
    shared: createMemorySharedState(),
    drainMs: 2_000,
  });
  return {
    url: gateway.address,
    lines,
    close: async () => {
      await gateway.close();
      await upstream.close();
    },
  };
}

function routingSnapshot({ tenantKeys, credentials }: Parameters<typeof startDataPlane>[0]): RoutingSnapshot {
  const tenants = Object.entries(tenantKeys);
  return {
    format: 1,
    version: 1,
    tenants: tenants.map(([key, prefixes]) => ({
      id: key,
      name: key,
      prefixes: [...prefixes],
      shared: false,
      aliases: [],
    })),
    keys: tenants.map(([key]) => ({ id: `id of ${key}`, hash: `hash of ${key}`, tenantId: key })),
    credentials: credentials.map(({ id, provider, prefix, priority = 0, operations }) => ({
      id,
      provider,
      prefix,
      priority,
      operations,
      models: [],
      discovered: [],
      nativeModels: [],
      excludedModels: [],
    })),
    aliases: [],
    settings: {
      forceModelPrefix: true,
      requestRetry: 0,
      maxRetryCredentials: 0,
      deadlines: DEADLINES,
      passthroughHeaders: false,
      keepaliveSeconds: 0,
      // Each case finds its credentials well, and streams that break are told.
      disableCooling: true,
      rescue: { text: 'error', tools: 'error' },
    },
  };
}

function credentialSnapshot(credentials: readonly PlaneCredential[]): CredentialSnapshot {
  return {
    format: 1,
    version: 1,
    credentials: credentials.map(({ id, provider, baseUrl, secret }) => ({
      id,
      provider,
      baseUrl,
      sealedSecret: sealSecret(KEYRING, secret, id),
      headers: {},
    })),
    settings: { passthroughHeaders: false },
  };
}
