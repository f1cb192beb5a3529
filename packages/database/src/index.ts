export { applyDesiredState, type Applied, type ApplyOptions } from './apply/apply-desired-state.js';
export { createDatabase, Database, type DatabaseOptions } from './database.js';
export {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from './embedded/start-embedded-postgres.js';
export { loadState } from './load/load-state.js';
export { migrate, type MigrateOptions } from './migrate/migrate.js';
export { saveDiscoveredModels, type DiscoveredModels, type Saved } from './save-discovered-models.js';
export type {
  AliasRow,
  Change,
  ChangeKind,
  ConfigurationRows,
  CredentialRow,
  JsonObject,
  KeyRow,
  ModelRow,
  ProviderRow,
  Source,
  Stored,
  StoredState,
  TargetRow,
  TenantRow,
} from './state.js';
export { currentVersion, raiseVersion } from './version.js';
