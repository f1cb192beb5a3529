import { availability, type HealthRecord, type RoutingCredential } from '@switchyard/routing';

export type CredentialState = 'healthy' | 'model-cooling' | 'cooling' | 'parked';

export interface StatesFacts {
  readonly credentials: readonly Pick<RoutingCredential, 'id' | 'provider'>[];
  /** Every scope that is not healthy. */
  readonly unhealthy: Iterable<HealthRecord>;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/** The state that each credential is in: its own, or that some of its models are left alone. */
export function credentialStates(
  facts: StatesFacts,
): readonly (readonly [value: 1, provider: string, credential: string, state: CredentialState])[] {
  const states = new Map<string, CredentialState>();
  for (const record of facts.unhealthy) {
    const [id = '', model] = splitScope(record.scope);
    const now = availability(record, facts.nowMs);
    if (model === undefined) states.set(id, now === 'parked' ? 'parked' : 'cooling');
    else if (!states.has(id)) states.set(id, 'model-cooling');
  }
  return facts.credentials.map(({ id, provider }) => [1, provider, id, states.get(id) ?? 'healthy']);
}

/** A credential's id, and the model where the scope is of one: `healthScope` puts a bar between them. */
function splitScope(scope: string): readonly [string, string | undefined] {
  const bar = scope.indexOf('|');
  return bar === -1 ? [scope, undefined] : [scope.slice(0, bar), scope.slice(bar + 1)];
}
