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
