import { Catch, HttpException, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { toGatewayError, type ErrorCode } from '@switchyard/canonical';
import type { ConfigProblem } from '@switchyard/config';
import type { Logger } from '@switchyard/telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';

export const LOGGER = Symbol('LOGGER');

/** The shape of every error of the admin API. */
export interface ErrorBody {
  readonly error: {
    readonly code: ErrorCode;
    readonly message: string;
    readonly problems?: readonly ConfigProblem[];
  };
}

const CODE_BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  404: 'route_not_found',
  405: 'method_not_allowed',
  408: 'request_timeout',
  413: 'request_too_large',
  415: 'unsupported_encoding',
};

/** Answers whatever was thrown as `{error: {code, message}}`. The health endpoints keep the shape of their own. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    if (thrown instanceof HttpException && isHealth(request.url)) {
      void reply.code(thrown.getStatus()).send(thrown.getResponse());
      return;
    }
    const clientError = clientErrorOf(thrown);
    if (clientError !== undefined) {
      void reply.code(clientError.status).send(clientError.body);
      return;
    }
    const error = toGatewayError(thrown);
    if (error.code === 'internal')
      this.logger.error({ err: thrown, method: request.method, path: request.url }, 'admin API');
    const body: ErrorBody = { error: { code: error.code, message: error.message } };
    if (error.retryAfterMs !== undefined) {
      void reply.header('retry-after', String(Math.max(1, Math.ceil(error.retryAfterMs / 1_000))));
    }
    void reply.code(error.status).send(body);
  }
}

function isHealth(url: string): boolean {
  return /^\/(?:healthz|readyz)(?:\?|$)/.test(url);
}

/** What Nest (no such route) and Fastify (a body that cannot be read) say of a request. */
function clientErrorOf(thrown: unknown): { readonly status: number; readonly body: ErrorBody } | undefined {
  const status = thrown instanceof HttpException ? thrown.getStatus() : statusCodeOf(thrown);
  if (status === undefined || status < 400 || status >= 500 || !isWithMessage(thrown)) return undefined;
  return { status, body: { error: { code: CODE_BY_STATUS[status] ?? 'invalid_request', message: thrown.message } } };
}

function statusCodeOf(thrown: unknown): number | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('statusCode' in thrown)) return undefined;
  return typeof thrown.statusCode === 'number' ? thrown.statusCode : undefined;
}

function isWithMessage(thrown: unknown): thrown is { readonly message: string } {
  return typeof thrown === 'object' && thrown !== null && 'message' in thrown && typeof thrown.message === 'string';
}
