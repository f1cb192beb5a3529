import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { Database } from '@switchyard/database';
import type { Logger } from '@switchyard/telemetry';

import { Applier } from './apply/applier.js';
import { ConfigController } from './config/config.controller.js';
import { CredentialsController } from './credentials/credentials.controller.js';
import { HealthBook } from './credentials/health-book.js';
import { Discovery } from './discover/discovery.js';
import { OWNER_TOKEN, WIRE_TOKEN } from './http/bearer-guards.js';
import { ErrorFilter, LOGGER } from './http/error-filter.js';
import { Publisher } from './publish/publisher.js';
import { ResourcesController } from './resources/resources.controller.js';
import { SnapshotController } from './snapshot/snapshot.controller.js';

export interface AdminParts {
  readonly database: Database;
  readonly applier: Applier;
  readonly publisher: Publisher;
  readonly discovery: Discovery;
  readonly health: HealthBook;
  readonly ownerToken: string;
  readonly wireToken: string;
  readonly logger: Logger;
}

/** Hands the parts, made by `startAdmin`, to the controllers. */
@Module({})
export class AdminModule {
  static register(parts: AdminParts): DynamicModule {
    return {
      module: AdminModule,
      controllers: [ConfigController, CredentialsController, ResourcesController, SnapshotController],
      providers: [
        { provide: Database, useValue: parts.database },
        { provide: Applier, useValue: parts.applier },
        { provide: Publisher, useValue: parts.publisher },
        { provide: Discovery, useValue: parts.discovery },
        { provide: HealthBook, useValue: parts.health },
        { provide: OWNER_TOKEN, useValue: parts.ownerToken },
        { provide: WIRE_TOKEN, useValue: parts.wireToken },
        { provide: LOGGER, useValue: parts.logger },
        { provide: APP_FILTER, useClass: ErrorFilter },
      ],
    };
  }
}
