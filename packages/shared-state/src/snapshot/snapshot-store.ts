import type { Snapshot } from '@switchyard/routing';

import type { SnapshotPart, SnapshotParts } from './snapshot-parts.js';

/** Where admin publishes snapshots and the data plane finds them. */
export interface SnapshotStore {
  /**
   * Replaces both halves at once and announces the version. A snapshot that is older than the stored one changes
   * nothing and is `outdated`; one of the same version replaces it.
   */
  publish(snapshot: Snapshot): Promise<'published' | 'outdated'>;
  /**
   * One half, whole and of one version; undefined when nothing was published.
   *
   * @throws when what is stored is not a snapshot.
   */
  load<Part extends SnapshotPart>(part: Part): Promise<SnapshotParts[Part] | undefined>;
  /** The version that `load` would find. */
  version(): Promise<number | undefined>;
  /**
   * Tells the listener of every version published from now on, and of the present one whenever the subscription is
   * established anew, so that nothing is missed while a connection is down. May tell the same version twice.
   */
  subscribe(listener: (version: number) => void): Subscription;
  close(): Promise<void>;
}

export interface Subscription {
  close(): Promise<void>;
}
