import { HttpFront } from '@switchyard/http-front';
import type { Server } from 'node:http';

import type { Pipeline } from '../pipeline.js';
import { FrontExchange } from './front-exchange.js';
import { surfaceAt } from './surface-at.js';
import type { Surface } from './surfaces.js';

export interface FrontLimits {
  readonly headMs: number;
  readonly bodyMs: number;
  readonly requestMs: number;
}

/** Has plain requests to the client endpoints served without node:http, which serves all others. (docs/adr/0007) */
export function standBefore(server: Server, pipeline: Pipeline, limits: FrontLimits): HttpFront<Surface> {
  return new HttpFront(server, {
    route: surfaceAt,
    serve: (surface, request, answer) => void pipeline.serve(surface, new FrontExchange(request, answer)),
    timeouts: { ...limits, keepAliveMs: server.keepAliveTimeout },
  });
}
