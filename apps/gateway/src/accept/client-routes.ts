import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { GatewayError, type GatewayErrorData } from '@switchyard/canonical';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { answerError } from '../dispatch/answer-error.js';
import { EXPLAIN_PATH, registerExplainRoute } from '../explain/explain-route.js';
import { registerModelRoutes } from '../models/model-routes.js';
import { OPS_PATHS, registerOpsRoutes } from '../ops/ops-routes.js';
import { Pipeline } from '../pipeline.js';
import { ResponsesSockets } from '../websocket/responses-sockets.js';
import { NodeExchange, NodeResponse } from './node-exchange.js';
import { requestIdOf } from './request-id.js';
import { geminiSurface } from './surface-at.js';
import { dialectOfPath, GEMINI_PREFIXES, SURFACES, type Surface } from './surfaces.js';

/**
 * Registers the client endpoints as plain Fastify handlers: the data plane has no interceptors, pipes or guards.
 * (architecture.md, "The way of a request"; measured there: controllers cost twice as much.)
 */
@Injectable()
export class ClientRoutes implements OnModuleInit {
  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost<FastifyAdapter>,
    @Inject(Pipeline) private readonly pipeline: Pipeline,
    @Inject(ResponsesSockets) private readonly sockets: ResponsesSockets,
  ) {}

  onModuleInit(): void {
    const fastify = this.host.httpAdapter.getInstance<FastifyInstance>();
    for (const surface of SURFACES) {
      fastify.post(surface.path, { onRequest: (request, reply) => this.serve(surface, request, reply) }, unreached);
    }
    for (const prefix of GEMINI_PREFIXES) {
      fastify.post<{ Params: { '*': string } }>(`${prefix}*`, (request, reply) => {
        const surface = geminiSurface(request.url, { prefix, rest: request.params['*'] });
        if (surface === undefined) refuse(request, reply);
        else this.serve(surface, request, reply);
      });
    }
    registerExplainRoute(fastify, this.pipeline.explainSource());
    registerOpsRoutes(fastify, this.pipeline.opsSource());
    registerModelRoutes(fastify, (request, dialect) => this.pipeline.callerOf(request.raw, dialect));
    fastify.server.on('upgrade', (request, socket, head) => this.sockets.upgrade(request, socket, head));
    fastify.all('/*', (request, reply) => refuse(request, reply));
  }

  private serve(surface: Surface, request: FastifyRequest, reply: FastifyReply): void {
    // From here on the answer is written to the raw response; Fastify must not touch it.
    reply.hijack();
    void this.pipeline.serve(surface, new NodeExchange(request.raw, reply.raw));
  }
}

/** The hook before has taken the request: what Fastify does from there on with bodies, it would do for nothing. */
function unreached(): never {
  throw new Error('a hijacked request went on');
}

function refuse(request: FastifyRequest, reply: FastifyReply): void {
  reply.hijack();
  const path = request.url.split('?')[0] ?? '';
  const method = methodOf(path);
  answerError(new NodeResponse(reply.raw), {
    context: {
      requestId: requestIdOf(request.headers['x-request-id']),
      surface: { dialect: dialectOfPath(path) },
      attemptsBegun: 0,
    },
    error:
      method === undefined
        ? noRoute(request.method, path)
        : new GatewayError('method_not_allowed', `${path} takes ${method}, not ${request.method}`).toData(),
  });
}

/** The method that a path takes; undefined for one that does not exist. */
function methodOf(path: string): 'GET' | 'POST' | undefined {
  if (OPS_PATHS.includes(path)) return 'GET';
  return path === EXPLAIN_PATH || SURFACES.some((surface) => surface.path === path) ? 'POST' : undefined;
}

function noRoute(method: string, path: string): GatewayErrorData {
  const served = SURFACES.map((surface) => `POST ${surface.path}`).join(', ');
  return new GatewayError(
    'route_not_found',
    `nothing is served at ${method} ${path}: there is ${served}, GET /v1/models`,
  ).toData();
}
