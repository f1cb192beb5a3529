export type { HealthStore } from './health/health-store.js';
export type { Admission, Amounts, Grant, Limiter, LimitRule, RuleStanding, Verdict } from './limits/limiter.js';
export { followSnapshot, type FollowSnapshotOptions, type SnapshotFollower } from './snapshot/follow-snapshot.js';
export { createMemorySnapshotStore } from './snapshot/memory-snapshot-store.js';
export { createSnapshotPull, type SnapshotPullOptions } from './snapshot/pull-snapshot.js';
export { createRedisSnapshotStore, type RedisSnapshotStoreOptions } from './snapshot/redis-snapshot-store.js';
export type { SnapshotPart, SnapshotParts } from './snapshot/snapshot-parts.js';
export type { SnapshotStore, Subscription } from './snapshot/snapshot-store.js';
export type { UsageRecord, UsageSink } from './usage/usage-sink.js';
