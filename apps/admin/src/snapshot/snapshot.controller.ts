import { Controller, Get, Headers, Inject, Res, UseGuards } from '@nestjs/common';
import { GatewayError } from '@switchyard/canonical';
import type { CredentialSnapshot, RoutingSnapshot, Snapshot } from '@switchyard/routing';
import type { FastifyReply } from 'fastify';

import { WireGuard } from '../http/bearer-guards.js';
import { Publisher } from '../publish/publisher.js';

interface Conditional {
  readonly ifNoneMatch: string | undefined;
  readonly reply: FastifyReply;
}

/** The data plane's second way to the snapshot, beside the store. Gateways ask for `routing`, workers for `credentials`. */
@Controller('internal/v1/snapshot')
@UseGuards(WireGuard)
export class SnapshotController {
  constructor(@Inject(Publisher) private readonly publisher: Publisher) {}

  @Get('routing')
  routing(
    @Headers('if-none-match') ifNoneMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): RoutingSnapshot | undefined {
    return unlessKnown(this.current().routing, { ifNoneMatch, reply });
  }

  @Get('credentials')
  credentials(
    @Headers('if-none-match') ifNoneMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): CredentialSnapshot | undefined {
    return unlessKnown(this.current().credentials, { ifNoneMatch, reply });
  }

  private current(): Snapshot {
    const snapshot = this.publisher.current();
    if (snapshot === undefined) throw new GatewayError('not_ready', 'admin has compiled no snapshot yet');
    return snapshot;
  }
}

/** Nothing and 304 where the asker has this version already. */
function unlessKnown<Part extends { readonly version: number }>(
  part: Part,
  { ifNoneMatch, reply }: Conditional,
): Part | undefined {
  const etag = `"${part.version}"`;
  void reply.header('etag', etag).header('cache-control', 'no-store');
  if (ifNoneMatch !== etag) return part;
  void reply.code(304);
  return undefined;
}
