import type { IncomingMessage } from 'node:http';

import { GatewayError, toGatewayError, type DialectId } from '@switchyard/canonical';
import { dialectById } from '@switchyard/dialects';
import type { RoutingIndex } from '@switchyard/routing';
import type { Metrics } from '@switchyard/telemetry';
import type { FastifyInstance } from 'fastify';

import { requestIdOf } from '../accept/request-id.js';
import type { Caller } from '../authenticate/authenticate.js';
import { clientKeyOf } from '../authenticate/client-key.js';
import type { GatewayState } from '../state/gateway-state.js';
import { credentialRows } from './credential-rows.js';
import { limitsPage } from './limits-page.js';
import { providerRows } from './provider-rows.js';

/** What operators are told from, and who is one. */
export interface OpsSource {
  /** @throws GatewayError `not_ready`. */
  index(): RoutingIndex;
  readonly state: GatewayState;
  readonly metrics: Metrics;
  inFlight(): number;
  availableWorkers(): number;
  isOperator(token: string): boolean;
  /** @throws GatewayError when nobody is behind the key. */
  callerOf(request: IncomingMessage, dialect: DialectId): Caller;
}

const DIALECT = 'openai-chat';

/** Makes a page's answer. `query` is what stands behind the path. */
type Page = (source: OpsSource, query: URLSearchParams) => unknown;

const PAGES: Readonly<Record<string, Page>> = {
  '/ops/credentials': ({ index, state }) => ({
    isAlone: state.shared.health.isAlone,
    data: credentialRows({
      credentials: index().credentials,
      health: state.shared.health,
      loads: state.loads,
      nowMs: Date.now(),
    }),
  }),
  '/ops/limits': ({ index, state }, query) => limitsPage(index(), query.get('key_id'), state.shared.limiter),
  '/ops/snapshot': snapshotPage,
  '/v1/metrics/providers': ({ index, state, metrics }) => ({
    data: providerRows({
      metrics,
      credentials: index().credentials,
      unhealthy: state.shared.health.unhealthy(),
      nowMs: Date.now(),
    }),
  }),
};

export const OPS_PATHS: readonly string[] = Object.keys(PAGES);

/** Registers what operators may ask a gateway: what it knows, and how it stands. Nothing here changes anything. */
export function registerOpsRoutes(fastify: FastifyInstance, source: OpsSource): void {
  for (const [path, page] of Object.entries(PAGES)) {
    fastify.get(path, async (request, reply) => {
      const requestId = requestIdOf(request.headers['x-request-id']);
      reply.header('x-request-id', requestId).header('cache-control', 'no-store');
      try {
        requireOperator(request.raw, source);
        return await reply.send(await page(source, new URL(request.url, 'http://gateway').searchParams));
      } catch (thrown) {
        const { status, headers, body } = dialectById(DIALECT).encodeError(toGatewayError(thrown).toData(), requestId);
        return reply.code(status).headers(headers).send(body);
      }
    });
  }
}

function requireOperator(request: IncomingMessage, { isOperator, callerOf }: OpsSource): void {
  const what = "the operator's token (SWITCHYARD_OWNER_TOKEN)";
  const presented = clientKeyOf(request, DIALECT);
  if (presented === undefined)
    throw new GatewayError('missing_api_key', `send ${what} as "Authorization: Bearer TOKEN"`);
  if (isOperator(presented)) return;
  // A stranger is refused here, in the words for strangers.
  callerOf(request, DIALECT);
  throw new GatewayError('forbidden', `this takes ${what}, not a client's key`);
}

function snapshotPage({ index, state, inFlight, availableWorkers }: OpsSource): Readonly<Record<string, unknown>> {
  const { version, tenants, keys, credentials } = index();
  const { limiter, health } = state.shared;
  return {
    version,
    tenants: tenants.size,
    keys: keys.size,
    credentials: credentials.length,
    workers: availableWorkers(),
    inFlight: inFlight(),
    replicas: limiter.replicas,
    // Without Redis each of them goes on by itself.
    isAlone: { limits: limiter.isAlone, health: health.isAlone },
  };
}
