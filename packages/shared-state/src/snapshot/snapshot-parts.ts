import { setImmediate as nextTurn } from 'node:timers/promises';

import {
  credentialSnapshotSchema,
  routingSnapshotSchema,
  type CredentialSnapshot,
  type RoutingSnapshot,
} from '@switchyard/routing';

/** A snapshot's halves, which are stored and read apart: a gateway never receives the workers' half. */
export interface SnapshotParts {
  readonly routing: RoutingSnapshot;
  readonly credentials: CredentialSnapshot;
}

export type SnapshotPart = keyof SnapshotParts;

/** A few milliseconds' worth. */
const KEYS_AT_ONCE = 500;

const PARSERS: { readonly [Part in SnapshotPart]: (value: unknown) => Promise<SnapshotParts[Part]> } = {
  routing: async (value) => {
    const { keys, envelope } = withoutKeys(value);
    const snapshot = routingSnapshotSchema.parse(envelope);
    for (let from = 0; from < keys.length; from += KEYS_AT_ONCE) {
      await nextTurn();
      snapshot.keys.push(...routingSnapshotSchema.shape.keys.parse(keys.slice(from, from + KEYS_AT_ONCE)));
    }
    return snapshot;
  },
  credentials: async (value) => credentialSnapshotSchema.parse(value),
};

/**
 * Checks a part of a snapshot, its keys in slices between which requests go on: 10,000 of them take a tenth of a second.
 *
 * @throws a ZodError when the value is not that part of a snapshot.
 */
export function parseSnapshotPart<Part extends SnapshotPart>(part: Part, value: unknown): Promise<SnapshotParts[Part]> {
  return PARSERS[part](value);
}

function withoutKeys(value: unknown): { readonly keys: readonly unknown[]; readonly envelope: unknown } {
  if (typeof value !== 'object' || value === null || !('keys' in value) || !Array.isArray(value.keys))
    return { keys: [], envelope: value };
  const keys: readonly unknown[] = value.keys;
  return { keys, envelope: { ...value, keys: [] } };
}
