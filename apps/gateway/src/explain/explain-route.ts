import type { IncomingMessage } from 'node:http';

import { GatewayError, OPERATIONS, toGatewayError, type DialectId, type Operation } from '@switchyard/canonical';
import { dialectById } from '@switchyard/dialects';
import {
  explain,
  formatExplanation,
  type Explanation,
  type Question,
  type RoutingIndex,
  type RoutingState,
} from '@switchyard/routing';
import type { FastifyInstance } from 'fastify';

import { readBody } from '../accept/read-body.js';
import { requestIdOf } from '../accept/request-id.js';
import type { Caller } from '../authenticate/authenticate.js';
import { clientKeyOf } from '../authenticate/client-key.js';

/** What the gateway decides from, and who may ask. */
export interface ExplainSource {
  /** @throws GatewayError `not_ready`. */
  routing(): { readonly index: RoutingIndex; readonly state: RoutingState };
  /** @throws GatewayError when nobody is behind the key. */
  callerOf(request: IncomingMessage, dialect: DialectId): Caller;
  /** Whether a token is the operator's, who may ask for any key and tenant. */
  isOperator(token: string): boolean;
}

export const EXPLAIN_PATH = '/v1/route/explain';
const DIALECT = 'openai-chat';
const BODY_LIMITS = { maxBytes: 16 * 1024, timeoutMs: 10_000 };
const LONGEST_NAME = 512;

/**
 * Registers the endpoint that tells what would happen to a request. It calls nobody. A client asks under its own key and
 * is told what that key may see; an operator names a key or a tenant. `accept: text/plain` gives lines for people.
 */
export function registerExplainRoute(fastify: FastifyInstance, source: ExplainSource): void {
  fastify.post(EXPLAIN_PATH, async (request, reply) => {
    const requestId = requestIdOf(request.headers['x-request-id']);
    reply.header('x-request-id', requestId);
    try {
      const explanation = await explanationFor(request.raw, source);
      if (request.headers.accept !== 'text/plain') return await reply.send(explanation);
      return await reply.type('text/plain; charset=utf-8').send(formatExplanation(explanation));
    } catch (thrown) {
      const { status, headers, body } = dialectById(DIALECT).encodeError(toGatewayError(thrown).toData(), requestId);
      return reply.code(status).headers(headers).send(body);
    }
  });
}

async function explanationFor(request: IncomingMessage, source: ExplainSource): Promise<Explanation> {
  const { index, state } = source.routing();
  const presented = clientKeyOf(request, DIALECT);
  const isOperator = presented !== undefined && source.isOperator(presented);
  // Before the body is read: a stranger is not listened to.
  const caller = isOperator ? undefined : source.callerOf(request, DIALECT);
  const wish = parseWish((await readBody(request, BODY_LIMITS)).toString('utf8'));
  const { key, view } = caller ?? namedBy(wish, index);
  return explain(index, state, {
    key,
    view,
    model: wish.model,
    operation: wish.operation,
    nowMs: Date.now(),
    random: Math.random,
  });
}

interface Wish {
  readonly model: string;
  readonly operation: Operation;
  readonly keyId?: string | undefined;
  readonly tenant?: string | undefined;
}

function parseWish(text: string): Wish {
  const body = parseObject(text);
  const model = stringOf(body, 'model');
  if (model === undefined || model === '' || model.length > LONGEST_NAME) throw invalid('model', 'a name');
  const named = stringOf(body, 'operation') ?? 'chat';
  const operation = OPERATIONS.find((one) => one === named);
  if (operation === undefined) throw invalid('operation', `one of ${OPERATIONS.join(', ')}`);
  return { model, operation, keyId: stringOf(body, 'key_id'), tenant: stringOf(body, 'tenant') };
}

function parseObject(text: string): ReadonlyMap<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new GatewayError('invalid_json', 'the body is not valid JSON', { cause });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return new Map(Object.entries(value));
  throw new GatewayError('invalid_request', 'the body must be a JSON object');
}

function stringOf(body: ReadonlyMap<string, unknown>, field: string): string | undefined {
  const value = body.get(field) ?? undefined;
  if (value === undefined || typeof value === 'string') return value;
  throw invalid(field, 'a string');
}

/** The key or tenant that an operator asks about. */
function namedBy({ keyId, tenant }: Wish, index: RoutingIndex): Pick<Question, 'key' | 'view'> {
  if (keyId !== undefined) {
    const key = [...index.keys.values()].find(({ id }) => id === keyId);
    const view = key === undefined ? undefined : index.tenants.get(key.tenantId);
    if (view !== undefined) return { key, view };
    throw invalid('key_id', 'the id of a key');
  }
  const view = [...index.tenants.values()].find((one) => one.tenant.id === tenant || one.tenant.name === tenant);
  if (view !== undefined) return { view };
  throw invalid('tenant', 'the name or id of a tenant, or give `key_id`');
}

function invalid(field: string, expected: string): GatewayError {
  return new GatewayError('invalid_request', `\`${field}\` must be ${expected}`, { param: field });
}
