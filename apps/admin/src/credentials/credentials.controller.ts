import { Controller, HttpCode, Inject, Param, Post, UseGuards } from '@nestjs/common';
import { GatewayError, type ErrorCode } from '@switchyard/canonical';
import type { Held, WorkerCredential } from '@switchyard/routing';

import { Discovery } from '../discover/discovery.js';
import { OwnerGuard } from '../http/bearer-guards.js';
import { Publisher } from '../publish/publisher.js';
import { HealthBook } from './health-book.js';

interface ResetAnswer {
  readonly credential: string;
  /** What was held against it until now. */
  readonly forgotten: readonly Held[];
}

interface ProbeAnswer extends ResetAnswer {
  readonly outcome: 'ok' | 'failed';
  readonly error?: { readonly code: ErrorCode; readonly message: string; readonly upstreamStatus?: number | undefined };
  /** What is held against it still. */
  readonly held: readonly Held[];
}

/** An account without quota or credit lists its models all the same. */
const NOT_SHOWN: ReadonlySet<ErrorCode> = new Set(['upstream_rate_limited', 'upstream_payment_required']);

/** What an operator does to a credential that is out of use. */
@Controller('api/v1/credentials/:id')
@UseGuards(OwnerGuard)
export class CredentialsController {
  constructor(
    @Inject(Publisher) private readonly publisher: Publisher,
    @Inject(HealthBook) private readonly health: HealthBook,
    @Inject(Discovery) private readonly discovery: Discovery,
  ) {}

  /** Forgets everything that is held against it: the next request may use it, on every gateway. */
  @Post('reset')
  @HttpCode(200)
  async reset(@Param('id') id: string): Promise<ResetAnswer> {
    const credential = this.find(id);
    return { credential: credential.id, forgotten: await this.health.reset(id) };
  }

  /** Asks its upstream whether it is well, and forgets what is held against it where the answer disproves it. */
  @Post('probe')
  @HttpCode(200)
  async probe(@Param('id') id: string): Promise<ProbeAnswer> {
    const credential = this.find(id);
    this.health.requireShared();
    const error = await this.discovery.probe(credential);
    const { held } = this.health.finder()(id);
    if (error !== undefined) {
      const { code, message, upstream } = error;
      return {
        credential: id,
        outcome: 'failed',
        error: { code, message, upstreamStatus: upstream?.status },
        forgotten: [],
        held,
      };
    }
    if (held.some(({ reason }) => NOT_SHOWN.has(reason))) {
      return { credential: id, outcome: 'ok', forgotten: [], held };
    }
    return { credential: id, outcome: 'ok', forgotten: await this.health.reset(id), held: [] };
  }

  private find(id: string): WorkerCredential {
    const snapshot = this.publisher.current();
    if (snapshot === undefined) throw new GatewayError('not_ready', 'admin has compiled no snapshot yet');
    const credential = snapshot.credentials.credentials.find((one) => one.id === id);
    if (credential !== undefined) return credential;
    throw new GatewayError('resource_not_found', 'no credential has this id: GET /api/v1/credentials lists them all');
  }
}
