import { toGatewayError, type DialectId } from '@switchyard/canonical';
import { dialectById } from '@switchyard/dialects';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { requestIdOf } from '../accept/request-id.js';
import type { Caller } from '../authenticate/authenticate.js';
import { modelById, modelList } from './model-list.js';

/** Registers the model endpoints. `callerOf` authenticates, or throws a GatewayError. */
export function registerModelRoutes(fastify: FastifyInstance, callerOf: (request: FastifyRequest) => Caller): void {
  fastify.get('/v1/models', (request, reply) =>
    answer(request, reply, (dialect) => modelList(callerOf(request), dialect)),
  );
  // Model names hold slashes, so the id is the rest of the path.
  fastify.get<{ Params: { '*': string } }>('/v1/models/*', (request, reply) =>
    answer(request, reply, (dialect) => modelById(callerOf(request), request.params['*'], dialect)),
  );
}

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  make: (dialect: DialectId) => Readonly<Record<string, unknown>>,
): Promise<FastifyReply> {
  const dialect: DialectId = request.headers['anthropic-version'] === undefined ? 'openai-chat' : 'anthropic-messages';
  const requestId = requestIdOf(request.headers['x-request-id']);
  reply.header('x-request-id', requestId);
  try {
    return await reply.send(make(dialect));
  } catch (thrown) {
    const { status, headers, body } = dialectById(dialect).encodeError(toGatewayError(thrown).toData(), requestId);
    return reply.code(status).headers(headers).send(body);
  }
}
