export { choose } from './choose/choose.js';
export { planAttempts, roundPauseMs, worthAnotherRound, type PlannedAttempt } from './choose/plan-attempts.js';
export { withOperation } from './choose/with-operation.js';
export { afterFailure, healthScope, type HealthFailure, type HealthRecord } from './health/health-record.js';
export { listModels, type ListedModel } from './models/list-models.js';
export { matchesAnyPattern, matchesPattern } from './names/pattern.js';
export { splitThinkingSuffix, type SuffixedName } from './names/thinking-suffix.js';
export { resolve, type Candidate, type Resolution, type Target } from './resolve/resolve.js';
export { indexSnapshot, type RoutingIndex, type TenantView } from './snapshot/index-snapshot.js';
export { limitsSchema, type Budget, type BudgetWindow, type Ceilings, type Limits } from './snapshot/limits.js';
export {
  STRATEGIES,
  type Affinity,
  type ErrorRule,
  type Hedge,
  type Price,
  type Rescue,
  type Strategy,
} from './snapshot/policies.js';
export {
  credentialSnapshotSchema,
  routingSnapshotSchema,
  type CredentialSnapshot,
  type RoutingAlias,
  type RoutingCredential,
  type RoutingKey,
  type RoutingSettings,
  type RoutingSnapshot,
  type RoutingTenant,
  type Snapshot,
  type WorkerCredential,
} from './snapshot/snapshot.js';
