export {
  affinityKeys,
  type AffinityKeys,
  type AffinitySources,
  type ConversationIdentity,
} from './affinity/affinity-keys.js';
export { choose, strategyOf, type ChooseOptions, type Choice, type Verdict } from './choose/choose.js';
export {
  afterAttempt,
  afterContextLength,
  nextAttempt,
  recoversAtMs,
  roundPauseMs,
  startAttempts,
  worthAnotherRound,
  type AttemptAsk,
  type AttemptFailure,
  type AttemptPlan,
  type AttemptRules,
  type NextStep,
} from './choose/next-attempt.js';
export { outageError, type Outage, type OutOfUse } from './choose/outage.js';
export { type Estimate, type RoutingState } from './choose/routing-state.js';
export { withOperation } from './choose/with-operation.js';
export { explain, type ExplainedCredential, type Explanation, type Question } from './explain/explain.js';
export { formatExplanation } from './explain/format-explanation.js';
export { ceilingsFor, type ScopedCeilings } from './limits/ceilings-for.js';
export { FirstContentTimes } from './load/first-content-times.js';
export { LoadBook, type Flight, type FlightStart, type Load } from './load/load-book.js';
export { PriceBook } from './load/price-book.js';
export { Turns } from './load/turns.js';
export { availability, type Availability } from './health/availability.js';
export {
  credentialHealth,
  HEALTHY,
  type CredentialHealth,
  type CredentialState,
  type Held,
} from './health/credential-health.js';
export {
  failureOf,
  isSideOperation,
  showsHealth,
  type CoolingSettings,
  type FailedAttempt,
} from './health/failure-of.js';
export {
  afterFailure,
  afterSuccess,
  FORGOTTEN_AFTER_MS,
  healthScope,
  mergeRecords,
  type HealthFailure,
  type HealthRecord,
} from './health/health-record.js';
export { listModels, type ListedModel } from './models/list-models.js';
export { matchesAnyPattern, matchesPattern } from './names/pattern.js';
export { splitThinkingSuffix, type SuffixedName } from './names/thinking-suffix.js';
export { costMicros, type PricedUsage } from './prices/cost.js';
export { candidateOf, identityOf, type Candidate } from './resolve/candidate.js';
export { resolve, type Resolution, type Target } from './resolve/resolve.js';
export { indexSnapshot, type RoutingIndex, type TenantView } from './snapshot/index-snapshot.js';
export { limitsSchema, type Budget, type BudgetWindow, type Ceilings, type Limits } from './snapshot/limits.js';
export {
  STRATEGIES,
  type Affinity,
  type AttemptDeadlines,
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
  type ModelEntry,
  type RoutingAlias,
  type RoutingCredential,
  type RoutingKey,
  type RoutingSettings,
  type RoutingSnapshot,
  type RoutingTenant,
  type Snapshot,
  type ThinkingLimits,
  type WorkerCredential,
} from './snapshot/snapshot.js';
