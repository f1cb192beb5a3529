import type { FrontAnswer, FrontRequest } from '@switchyard/http-front';

import type { HttpExchange } from './http-exchange.js';
import { readFrontBody, type BodyLimits } from './read-body.js';

/** A request as the front serves it. */
export class FrontExchange implements HttpExchange {
  constructor(
    readonly request: FrontRequest,
    readonly response: FrontAnswer,
  ) {}

  readBody(limits: BodyLimits): Buffer | Promise<Buffer> {
    return readFrontBody(this.request, limits);
  }
}
