import { matchesAnyPattern } from '../names/pattern.js';
import { splitThinkingSuffix } from '../names/thinking-suffix.js';
import type { TenantView } from '../snapshot/index-snapshot.js';
import type { RoutingCredential, RoutingKey } from '../snapshot/snapshot.js';
import { upstreamModels } from './serves.js';

/** One credential that can serve one upstream model. */
export interface Candidate {
  readonly credential: RoutingCredential;
  /** The upstream's name for the model. */
  readonly model: string;
  readonly thinking?: string | undefined;
}

/** One stop of a fallback chain: the candidates behind one name. */
export interface Target {
  /** The full name that was resolved; the round-robin cursor is kept by it. */
  readonly name: string;
  readonly candidates: readonly Candidate[];
}

export interface Resolution {
  /** What the client asked for, without a thinking suffix. */
  readonly model: string;
  /** In the order they are to be tried, each with at least one candidate. */
  readonly targets: readonly Target[];
}

/**
 * Resolves a requested name to what this key's tenant can reach: thinking suffix, alias, prefix, in that order.
 * Undefined means that for this key the name does not exist. (architecture.md, "Names")
 */
export function resolve(view: TenantView, key: Pick<RoutingKey, 'models'>, requested: string): Resolution | undefined {
  const { base, thinking } = splitThinkingSuffix(requested);
  // A name may itself end in parentheses that look like a suffix: the whole name is the second reading.
  const readings = thinking === undefined ? [{ name: base }] : [{ name: base, thinking }, { name: requested }];
  for (const reading of readings) {
    if (key.models !== undefined && !matchesAnyPattern(key.models, reading.name)) continue;
    const targets = targetsOf(view, reading);
    if (targets.length > 0) return { model: reading.name, targets };
  }
  return undefined;
}

interface Reading {
  readonly name: string;
  readonly thinking?: string | undefined;
}

function targetsOf(view: TenantView, reading: Reading): readonly Target[] {
  const alias = view.aliases.get(reading.name);
  if (alias === undefined) return directTargets(view, reading);
  return alias.targets.flatMap((target) => {
    const { base, thinking } = splitThinkingSuffix(target.model);
    return directTargets(view, { name: base, thinking: thinking ?? reading.thinking });
  });
}

/** The targets of a name that is no alias: first behind the tenant's default prefix, then as it stands. */
function directTargets(view: TenantView, reading: Reading): readonly Target[] {
  const prefixed = prefixedTarget(view, reading);
  if (prefixed !== undefined) return [prefixed];
  const { defaultPrefix } = view.tenant;
  const atDefault =
    defaultPrefix === undefined
      ? undefined
      : prefixedTarget(view, { ...reading, name: `${defaultPrefix}/${reading.name}` });
  const bare = target(reading.name, view.bare, { ...reading, reachedBy: 'bare' });
  return [atDefault, bare].filter((found) => found !== undefined);
}

function prefixedTarget(view: TenantView, reading: Reading): Target | undefined {
  const slash = reading.name.indexOf('/');
  if (slash <= 0) return undefined;
  const credentials = view.byPrefix.get(reading.name.slice(0, slash)) ?? [];
  return target(reading.name, credentials, {
    name: reading.name.slice(slash + 1),
    thinking: reading.thinking,
    reachedBy: 'prefix',
  });
}

function target(
  name: string,
  credentials: readonly RoutingCredential[],
  wanted: Reading & { readonly reachedBy: 'prefix' | 'bare' },
): Target | undefined {
  const candidates = credentials.flatMap((credential) =>
    upstreamModels(credential, wanted.name, wanted.reachedBy).map((model) => ({
      credential,
      model,
      thinking: wanted.thinking,
    })),
  );
  return candidates.length === 0 ? undefined : { name, candidates };
}
