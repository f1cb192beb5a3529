import {
  credentialHealth,
  HEALTHY,
  type CredentialState,
  type HealthRecord,
  type RoutingCredential,
} from '@switchyard/routing';

export interface StatesFacts {
  readonly credentials: readonly Pick<RoutingCredential, 'id' | 'provider'>[];
  /** Every scope that is not healthy. */
  readonly unhealthy: Iterable<HealthRecord>;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/** The state that each credential is in, as metrics tell it. */
export function credentialStates({
  credentials,
  unhealthy,
  nowMs,
}: StatesFacts): readonly (readonly [value: 1, provider: string, credential: string, state: CredentialState])[] {
  const health = credentialHealth(unhealthy, nowMs);
  return credentials.map(({ id, provider }) => [1, provider, id, (health.get(id) ?? HEALTHY).state]);
}
