import { matchesAnyPattern } from '../names/pattern.js';
import type { ModelEntry, RoutingCredential } from '../snapshot/snapshot.js';

export interface Wanted {
  /** Without the credential's prefix. */
  readonly name: string;
  readonly reachedBy: 'prefix' | 'bare';
}

/**
 * The entries under which a credential serves a name; none when it does not. An alias that is repeated inside one
 * credential is a pool: every upstream name behind it is returned, each once.
 */
export function servedModels(credential: RoutingCredential, wanted: Wanted): readonly ModelEntry[] {
  const { name } = wanted;
  if (name === '' || isExcluded(credential, name)) return [];
  if (credential.models.length > 0) return onceEach(named(credential.models, name).filter(isAllowed(credential)));
  const renamed = credential.modelAliases?.filter((entry) => entry.alias === name) ?? [];
  // An account's own list is narrowed before it is renamed, so the upstream's name is the one that patterns speak of.
  if (renamed.length > 0) return onceEach(renamed.filter((entry) => !isExcluded(credential, entry.name)));
  const known = credential.discovered.includes(name) || matchesAnyPattern(credential.nativeModels, name);
  // Behind a prefix of its own a credential without a list passes every name through as it is: the provider knows best.
  return known || wanted.reachedBy === 'prefix' ? [{ name }] : [];
}

/** Whether the patterns of `excluded-models` speak of a name. */
export function isExcluded({ excludedModels }: Pick<RoutingCredential, 'excludedModels'>, name: string): boolean {
  return excludedModels.length > 0 && matchesAnyPattern(excludedModels, name.toLowerCase());
}

/** An entry is excluded by the name clients know it by, and then under its upstream's name too. */
function isAllowed(credential: RoutingCredential): (entry: ModelEntry) => boolean {
  return (entry) => !isExcluded(credential, entry.alias ?? entry.name);
}

function named(models: readonly ModelEntry[], name: string): readonly ModelEntry[] {
  const aliased = models.filter((model) => model.alias === name);
  return aliased.length > 0 ? aliased : models.filter((model) => model.name === name);
}

function onceEach(entries: readonly ModelEntry[]): readonly ModelEntry[] {
  return entries.length < 2 ? entries : [...new Map(entries.map((entry) => [entry.name, entry])).values()];
}
