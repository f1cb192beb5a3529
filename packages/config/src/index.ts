export type {
  DesiredAlias,
  DesiredCredential,
  DesiredKey,
  DesiredModel,
  DesiredState,
  DesiredTenant,
} from './desired-state.js';
export {
  configVariables,
  ENVIRONMENT_NAMES,
  loadEnvironment,
  readEnvironment,
  type Environment,
} from './environment/environment.js';
export type { WorkerAddress } from './environment/schema.js';
export { createKeyHasher, generateKey, hashKey } from './secrets/client-key.js';
export { openSecret, sealedWith, sealSecret } from './secrets/envelope.js';
export { parseKeyring, type Keyring } from './secrets/keyring.js';
export { loadOrCreateSecrets, type InstallationSecrets } from './secrets/load-or-create-secrets.js';
export { parseConfigFile, type ConfigFileInput, type ParsedConfigFile } from './file/parse-config-file.js';
export { formatProblem, type ConfigProblem } from './file/problem.js';
export { watchConfigFile, type WatchOptions } from './watch/watch-config-file.js';
