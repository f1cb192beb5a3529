import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { GatewayError, type DialectId, type GatewayErrorData } from '@switchyard/canonical';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { authenticate, type Caller } from '../authenticate/authenticate.js';
import { clientKeyOf } from '../authenticate/client-key.js';
import { answerError } from '../dispatch/answer-error.js';
import { registerModelRoutes } from '../models/model-routes.js';
import { Pipeline, type PipelineOptions } from '../pipeline.js';
import { parseGeminiPath } from './gemini-path.js';
import { requestIdOf } from './request-id.js';
import { dialectOfPath, GEMINI_PREFIXES, SURFACES, type Surface } from './surfaces.js';

export const PIPELINE_OPTIONS = Symbol('PIPELINE_OPTIONS');

/**
 * Registers the client endpoints as plain Fastify handlers: the data plane has no interceptors, pipes or guards.
 * (architecture.md, "The way of a request"; measured there: controllers cost twice as much.)
 */
@Injectable()
export class ClientRoutes implements OnModuleInit {
  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost<FastifyAdapter>,
    @Inject(Pipeline) private readonly pipeline: Pipeline,
    @Inject(PIPELINE_OPTIONS) private readonly options: PipelineOptions,
  ) {}

  onModuleInit(): void {
    const fastify = this.host.httpAdapter.getInstance<FastifyInstance>();
    for (const surface of SURFACES) {
      fastify.post(surface.path, (request, reply) => this.serve(surface, request, reply));
    }
    for (const prefix of GEMINI_PREFIXES) {
      fastify.post<{ Params: { '*': string } }>(`${prefix}*`, (request, reply) => {
        const call = parseGeminiPath(request.params['*']);
        if (call === undefined) return refuse(request, reply);
        const { operation, model, stream } = call;
        const path = `${prefix}{model}:${stream ? 'streamGenerateContent' : 'generateContent'}`;
        return this.serve({ path, dialect: 'gemini', operation, outside: { model, stream } }, request, reply);
      });
    }
    registerModelRoutes(fastify, (request, dialect) => this.callerOf(request, dialect));
    fastify.all('/*', (request, reply) => refuse(request, reply));
  }

  private serve(surface: Surface, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    // From here on the answer is written to the raw response; Fastify must not touch it.
    reply.hijack();
    return this.pipeline.serve(surface, request.raw, reply.raw);
  }

  private callerOf(request: FastifyRequest, dialect: DialectId): Caller {
    const index = this.options.index();
    if (index === undefined) throw new GatewayError('not_ready', 'no configuration has arrived yet: try again shortly');
    return authenticate(index, {
      presented: clientKeyOf(request.raw, dialect),
      hash: this.options.hashKey,
      nowMs: Date.now(),
    });
  }
}

function refuse(request: FastifyRequest, reply: FastifyReply): void {
  reply.hijack();
  const path = request.url.split('?')[0] ?? '';
  const known = SURFACES.some((surface) => surface.path === path);
  answerError(reply.raw, {
    context: {
      requestId: requestIdOf(request.headers['x-request-id']),
      surface: { dialect: dialectOfPath(path) },
      attempts: [],
    },
    error: known ? wrongMethod(request.method, path) : noRoute(request.method, path),
  });
}

function wrongMethod(method: string, path: string): GatewayErrorData {
  return new GatewayError('method_not_allowed', `${path} takes POST, not ${method}`).toData();
}

function noRoute(method: string, path: string): GatewayErrorData {
  const served = SURFACES.map((surface) => `POST ${surface.path}`).join(', ');
  return new GatewayError(
    'route_not_found',
    `nothing is served at ${method} ${path}: there is ${served}, GET /v1/models`,
  ).toData();
}
