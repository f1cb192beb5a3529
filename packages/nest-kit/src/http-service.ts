import 'reflect-metadata';

import type { Server, ServerOptions } from 'node:http';
import type { Socket } from 'node:net';

import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from '@switchyard/telemetry';
import type { FastifyInstance } from 'fastify';

import { HealthModule } from './health.js';
import { createNestLogger } from './nest-logger.js';
import { readinessOf, untilReady, type Readiness, type ReadinessCheck } from './readiness.js';
import { ServerConnections } from './server-connections.js';

/** The error node:http raises for bytes it cannot take for a request. */
export interface ParseFailure {
  readonly code?: string | undefined;
  /** The bytes received so far, a Buffer. */
  readonly rawPacket?: unknown;
}

export interface HttpServiceOptions {
  /** The service's own module; absent for a service with health endpoints only. */
  readonly module?: Type | DynamicModule;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly logger: Logger;
  /** What the health endpoints tell; a port without them has none. */
  readonly checks?: readonly ReadinessCheck[];
  /**
   * Listens only once the checks pass, or after so long: for a process that shares its port with others. Default: at once.
   */
  readonly readyWithinMs?: number | undefined;
  /** Largest body that Nest's own parsers accept; default 1 MiB. */
  readonly bodyLimitBytes?: number;
  /** False leaves bodies to `configure`: the service registers content-type parsers of its own. */
  readonly bodyParser?: boolean;
  /** Options of node:http, such as `maxHeaderSize`. */
  readonly server?: ServerOptions;
  /** Answers bytes that node:http could not take for a request, and ends their socket. */
  readonly clientErrorHandler?: (error: ParseFailure, socket: Socket) => void;
  /** Stands before the server: takes its connections, and gives it those that it does not serve itself. */
  front?(server: Server): HttpFront;
  /** Registers plain Fastify routes and hooks, before Nest's. */
  configure?(fastify: FastifyInstance): void;
}

/** What takes a server's connections before it does. */
export interface HttpFront {
  /** Closes each of its connections as soon as the last answer is out: those without a request now. */
  closeWhenAnswered(): void;
  /** Closes all of its connections now. */
  destroy(): void;
}

export interface HttpService {
  readonly app: NestFastifyApplication;
  /** `http://host:port` as bound. */
  readonly address: string;
  /** What `/readyz` tells. */
  readiness(): Readiness;
  /**
   * Stops listening. A connection without a request is closed at once, any other when its answer is out, and after
   * `graceMs` (default 5 s) all that are left.
   */
  close(graceMs?: number): Promise<void>;
}

const CLOSE_GRACE_MS = 5_000;

@Module({})
class ServiceModule {}

/**
 * Starts a Nest application on Fastify, with health endpoints where there are checks, and listens.
 *
 * @throws the socket's error (`EADDRINUSE` and the like) when it cannot listen; nothing is left open then.
 */
export async function createHttpService(options: HttpServiceOptions): Promise<HttpService> {
  const adapter = new FastifyAdapter({
    bodyLimit: options.bodyLimitBytes ?? 1024 * 1024,
    http: options.server ?? {},
    // Fastify sets its own default over what `http` says.
    requestTimeout: options.server?.requestTimeout ?? 0,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    ...(options.clientErrorHandler === undefined ? {} : { clientErrorHandler: options.clientErrorHandler }),
  });
  options.configure?.(adapter.getInstance<FastifyInstance>());
  const health = options.checks === undefined ? undefined : HealthModule.register(options.checks);
  const imports = [health, options.module].filter((part) => part !== undefined);
  const app = await NestFactory.create<NestFastifyApplication>({ module: ServiceModule, imports }, adapter, {
    logger: createNestLogger(options.logger),
    bodyParser: options.bodyParser ?? true,
    abortOnError: false,
  });
  const server = app.getHttpServer();
  const holders = [new ServerConnections(server), options.front?.(server)].filter((holder) => holder !== undefined);
  try {
    if (options.readyWithinMs !== undefined) await untilReady(options.checks ?? [], options.readyWithinMs);
    await app.listen(options.port, options.host);
  } catch (error) {
    await app.close();
    throw error;
  }
  return {
    app,
    address: boundAddress(app),
    readiness: () => readinessOf(options.checks ?? []),
    close: (graceMs = CLOSE_GRACE_MS) => closeWithin(app, holders, graceMs),
  };
}

async function closeWithin(app: NestFastifyApplication, holders: readonly HttpFront[], graceMs: number): Promise<void> {
  const timer = setTimeout(() => {
    for (const holder of holders) holder.destroy();
  }, graceMs);
  try {
    for (const holder of holders) holder.closeWhenAnswered();
    await app.close();
  } finally {
    clearTimeout(timer);
  }
}

function boundAddress(app: NestFastifyApplication): string {
  const address = app.getHttpServer().address();
  if (address === null || typeof address === 'string') return String(address);
  return `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`;
}
