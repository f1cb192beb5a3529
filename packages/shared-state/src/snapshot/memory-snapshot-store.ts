import type { Snapshot } from '@switchyard/routing';

import type { SnapshotStore } from './snapshot-store.js';

/** For services that live in one process. */
export function createMemorySnapshotStore(): SnapshotStore {
  const listeners = new Set<(version: number) => void>();
  let stored: Snapshot | undefined;
  return {
    async publish(snapshot) {
      if (stored !== undefined && stored.routing.version > snapshot.routing.version) return 'outdated';
      stored = snapshot;
      for (const listener of listeners) listener(snapshot.routing.version);
      return 'published';
    },
    async load(part) {
      return stored?.[part];
    },
    async version() {
      return stored?.routing.version;
    },
    subscribe(listener) {
      // Two subscriptions may share a listener; a wrapper of its own lets each be closed alone.
      const own = (version: number): void => listener(version);
      listeners.add(own);
      if (stored !== undefined) own(stored.routing.version);
      return {
        async close() {
          listeners.delete(own);
        },
      };
    },
    async close() {
      listeners.clear();
    },
  };
}
