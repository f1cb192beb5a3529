import { serves } from '../choose/with-operation.js';
import { matchesAnyPattern } from '../names/pattern.js';
import { resolve } from '../resolve/resolve.js';
import { isExcluded } from '../resolve/serves.js';
import type { TenantView } from '../snapshot/index-snapshot.js';
import type { ModelEntry, RoutingCredential, RoutingKey } from '../snapshot/snapshot.js';

export interface ListedModel {
  readonly id: string;
  /** The provider's slug; `switchyard` for an alias, whose targets may be of several. */
  readonly ownedBy: string;
  /** Whether a provider behind it can be asked for embeddings. */
  readonly embeds: boolean;
}

/** Every name this key may call, sorted, each once: what credentials name or discovered, and the aliases that lead somewhere. */
export function listModels(view: TenantView, key: Pick<RoutingKey, 'models'>): readonly ListedModel[] {
  const listed = new Map<string, ListedModel>();
  for (const [prefix, credentials] of view.byPrefix) {
    for (const credential of credentials) {
      for (const name of namesOf(credential)) add(listed, `${prefix}/${name}`, credential);
    }
  }
  for (const credential of view.bare) {
    for (const name of namesOf(credential)) add(listed, name, credential);
  }
  for (const alias of view.aliases.keys()) {
    const candidates = resolve(view, {}, alias)?.targets.flatMap((target) => target.candidates);
    if (candidates === undefined) continue;
    const embeds = candidates.some((candidate) => serves(candidate, 'embeddings'));
    listed.set(alias, { id: alias, ownedBy: 'switchyard', embeds });
  }
  return [...listed.values()]
    .filter(({ id }) => key.models === undefined || matchesAnyPattern(key.models, id))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

function add(listed: Map<string, ListedModel>, id: string, credential: RoutingCredential): void {
  const known = listed.get(id);
  const embeds = known?.embeds === true || serves({ credential }, 'embeddings');
  listed.set(id, { id, ownedBy: known?.ownedBy ?? credential.provider, embeds });
}

function namesOf(credential: RoutingCredential): readonly string[] {
  if (credential.models.length > 0) {
    return credential.models
      .filter(({ name, alias }) => !isExcluded(credential, alias ?? name))
      .flatMap(listedNames)
      .filter((name) => !isExcluded(credential, name));
  }
  const aliases = credential.modelAliases ?? [];
  return credential.discovered
    .filter((name) => !isExcluded(credential, name))
    .flatMap((name) => {
      const renamed = aliases.filter((entry) => entry.name === name);
      return renamed.length === 0 ? [name] : [...new Set(renamed.flatMap(listedNames))];
    })
    .filter((name) => !isExcluded(credential, name));
}

/** The alias stands for the upstream's name, unless both are wanted. */
function listedNames({ name, alias, fork }: ModelEntry): readonly string[] {
  if (alias === undefined) return [name];
  return fork === true ? [alias, name] : [alias];
}
