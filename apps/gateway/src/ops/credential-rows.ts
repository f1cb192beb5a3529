import type { Headroom } from '@switchyard/canonical';
import {
  credentialHealth,
  HEALTHY,
  healthScope,
  type CredentialHealth,
  type LoadBook,
  type RoutingCredential,
} from '@switchyard/routing';
import type { HealthStore } from '@switchyard/shared-state';

/** What choosing knows of a scope beside its health. Times to first content in milliseconds. */
interface ScopeRow {
  readonly inFlight: number;
  readonly firstContentMs?: number | undefined;
  readonly headroom?: Headroom | undefined;
}

/** A credential, as this gateway sees it. */
export interface CredentialRow extends CredentialHealth, ScopeRow {
  readonly id: string;
  readonly provider: string;
  readonly prefix?: string | undefined;
  readonly priority: number;
  /** Those of its known models of which there is anything to tell. */
  readonly models: readonly (ScopeRow & { readonly model: string })[];
}

export interface RowsFacts {
  readonly credentials: readonly RoutingCredential[];
  readonly health: Pick<HealthStore, 'unhealthy' | 'headroom'>;
  readonly loads: LoadBook;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/** Every credential with its health, its load and what its provider says is left. */
export function credentialRows(facts: RowsFacts): readonly CredentialRow[] {
  const health = credentialHealth(facts.health.unhealthy(), facts.nowMs);
  return facts.credentials.map((credential) => {
    const { id, provider, prefix, priority } = credential;
    return {
      id,
      provider,
      prefix,
      priority,
      ...(health.get(id) ?? HEALTHY),
      ...scopeRow(id, facts),
      models: modelNames(credential).flatMap((model) => {
        const row = scopeRow(healthScope(id, model), facts);
        return isTelling(row) ? [{ model, ...row }] : [];
      }),
    };
  });
}

function scopeRow(scope: string, { health, loads, nowMs }: RowsFacts): ScopeRow {
  const { inFlight, firstContentEwmaMs } = loads.load(scope, nowMs);
  return {
    inFlight,
    firstContentMs: firstContentEwmaMs === undefined ? undefined : Math.round(firstContentEwmaMs),
    headroom: health.headroom(scope),
  };
}

function isTelling({ inFlight, firstContentMs, headroom }: ScopeRow): boolean {
  return inFlight > 0 || firstContentMs !== undefined || headroom !== undefined;
}

function modelNames({ models, discovered }: RoutingCredential): readonly string[] {
  return [...new Set([...models.map(({ name }) => name), ...discovered])];
}
