import { Controller, Get, Inject, Query, UseGuards } from '@nestjs/common';
import { Database, loadState } from '@switchyard/database';

import { HealthBook } from '../credentials/health-book.js';
import { OwnerGuard } from '../http/bearer-guards.js';
import { parseRequest } from '../http/parse-request.js';
import { pageOf, pageQuerySchema, type Page } from './page.js';
import { RESOURCE_VIEWS } from './resource-views.js';

type Resource = keyof typeof RESOURCE_VIEWS;

/** Reads of the configuration: `{data, nextCursor}`, taking `limit` and `cursor`. */
@Controller('api/v1')
@UseGuards(OwnerGuard)
export class ResourcesController {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(HealthBook) private readonly health: HealthBook,
  ) {}

  @Get('tenants')
  tenants(@Query() query: unknown) {
    return this.list('tenants', query);
  }

  @Get('keys')
  keys(@Query() query: unknown) {
    return this.list('keys', query);
  }

  @Get('prefixes')
  prefixes(@Query() query: unknown) {
    return this.list('prefixes', query);
  }

  @Get('aliases')
  aliases(@Query() query: unknown) {
    return this.list('aliases', query);
  }

  @Get('credentials')
  async credentials(@Query() query: unknown) {
    const { data, ...page } = await this.list('credentials', query);
    const healthOf = this.health.finder();
    return { data: data.map((credential) => ({ ...credential, health: healthOf(credential.id) })), ...page };
  }

  @Get('models')
  models(@Query() query: unknown) {
    return this.list('models', query);
  }

  private async list(resource: Resource, query: unknown): Promise<Page<{ readonly id: string }>> {
    const page = parseRequest(pageQuerySchema, query);
    const items: readonly { readonly id: string }[] = RESOURCE_VIEWS[resource](await loadState(this.database));
    return pageOf(items, page);
  }
}
