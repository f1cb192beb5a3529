import { Body, Controller, HttpCode, Inject, Post, Res, UseGuards } from '@nestjs/common';
import type { ConfigProblem } from '@switchyard/config';
import type { Change } from '@switchyard/database';
import type { FastifyReply } from 'fastify';

import { Applier, type ConfigurationText } from '../apply/applier.js';
import { OwnerGuard } from '../http/bearer-guards.js';
import type { ErrorBody } from '../http/error-filter.js';
import { parseRequest } from '../http/parse-request.js';
import { configurationSchema } from './config.schema.js';

interface Validated {
  readonly valid: true;
  readonly warnings: readonly ConfigProblem[];
}

interface Applied {
  readonly version: number;
  readonly changes: readonly Change[];
  readonly warnings: readonly ConfigProblem[];
}

/** Checks and applies configurations. A bad one is 422 with every problem, and changes nothing. */
@Controller('api/v1/config')
@UseGuards(OwnerGuard)
export class ConfigController {
  constructor(@Inject(Applier) private readonly applier: Applier) {}

  @Post('validate')
  @HttpCode(200)
  validate(@Body() body: unknown, @Res({ passthrough: true }) reply: FastifyReply): Validated | ErrorBody {
    const parsed = this.applier.validate(configurationOf(body));
    if ('problems' in parsed) return refuse(reply, parsed.problems);
    return { valid: true, warnings: parsed.warnings };
  }

  @Post('apply')
  @HttpCode(200)
  async apply(@Body() body: unknown, @Res({ passthrough: true }) reply: FastifyReply): Promise<Applied | ErrorBody> {
    const result = await this.applier.apply(configurationOf(body));
    if (result.type === 'rejected') return refuse(reply, result.problems);
    const { version, changes, warnings } = result;
    return { version, changes, warnings };
  }
}

function configurationOf(body: unknown): ConfigurationText {
  return { ...parseRequest(configurationSchema, body), origin: 'remote' };
}

function refuse(reply: FastifyReply, problems: readonly ConfigProblem[]): ErrorBody {
  void reply.code(422);
  const message = 'the configuration has errors and is not used; the one before stays in force';
  return { error: { code: 'invalid_configuration', message, problems } };
}
