import { toGatewayError, type DialectId } from '@switchyard/canonical';
import { dialectById } from '@switchyard/dialects';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { requestIdOf } from '../accept/request-id.js';
import type { Caller } from '../authenticate/authenticate.js';
import { modelById, modelList } from './model-list.js';

type Answer = Readonly<Record<string, unknown>>;

/** Says who calls, or throws a GatewayError. */
export type CallerOf = (request: FastifyRequest, dialect: DialectId) => Caller;

/** Registers the model endpoints of all dialects. */
export function registerModelRoutes(fastify: FastifyInstance, callerOf: CallerOf): void {
  for (const path of ['/v1/models', '/v1beta/models']) {
    fastify.get(path, (request, reply) =>
      answer(request, reply, (dialect) => modelList(callerOf(request, dialect), dialect)),
    );
    // Model names hold slashes, so the id is the rest of the path.
    fastify.get<{ Params: { '*': string } }>(`${path}/*`, (request, reply) =>
      answer(request, reply, (dialect) => modelById(callerOf(request, dialect), request.params['*'], dialect)),
    );
  }
}

/** Clients share a path: Anthropic's always send their version, Google's a key header of their own, or they ask at v1beta. */
function dialectOf({ url, headers }: FastifyRequest): DialectId {
  if (url.startsWith('/v1beta/') || headers['x-goog-api-key'] !== undefined) return 'gemini';
  return headers['anthropic-version'] === undefined ? 'openai-chat' : 'anthropic-messages';
}

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  make: (dialect: DialectId) => Answer,
): Promise<FastifyReply> {
  const dialect = dialectOf(request);
  const requestId = requestIdOf(request.headers['x-request-id']);
  reply.header('x-request-id', requestId);
  try {
    return await reply.send(make(dialect));
  } catch (thrown) {
    const { status, headers, body } = dialectById(dialect).encodeError(toGatewayError(thrown).toData(), requestId);
    return reply.code(status).headers(headers).send(body);
  }
}
