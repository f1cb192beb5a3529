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

const PARSERS: { readonly [Part in SnapshotPart]: (value: unknown) => SnapshotParts[Part] } = {
  routing: (value) => routingSnapshotSchema.parse(value),
  credentials: (value) => credentialSnapshotSchema.parse(value),
};

/** @throws a ZodError when the value is not that part of a snapshot. */
export function parseSnapshotPart<Part extends SnapshotPart>(part: Part, value: unknown): SnapshotParts[Part] {
  return PARSERS[part](value);
}
