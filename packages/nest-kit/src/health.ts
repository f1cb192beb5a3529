import { Controller, Get, HttpException, Inject, Module, type DynamicModule } from '@nestjs/common';

import { readinessOf, type Readiness, type ReadinessCheck } from './readiness.js';

const READINESS_CHECKS = Symbol('READINESS_CHECKS');

@Controller()
class HealthController {
  constructor(@Inject(READINESS_CHECKS) private readonly checks: readonly ReadinessCheck[]) {}

  @Get('healthz')
  alive(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('readyz')
  ready(): Pick<Readiness, 'notes'> & { status: 'ready' } {
    const { ready, reasons, ...notes } = readinessOf(this.checks);
    if (!ready) throw new HttpException({ status: 'not ready', reasons, ...notes }, 503);
    return { status: 'ready', ...notes };
  }
}

/** `GET /healthz` (alive) and `GET /readyz` (can serve, or 503 and why not), unauthenticated. */
@Module({})
export class HealthModule {
  static register(checks: readonly ReadinessCheck[]): DynamicModule {
    return {
      module: HealthModule,
      controllers: [HealthController],
      providers: [{ provide: READINESS_CHECKS, useValue: checks }],
    };
  }
}
