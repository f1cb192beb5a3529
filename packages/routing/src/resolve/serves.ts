import { matchesAnyPattern } from '../names/pattern.js';
import type { RoutingCredential } from '../snapshot/snapshot.js';

/**
 * The upstream names under which a credential serves a name without its prefix; none when it does not. An alias that is
 * repeated inside one credential is a pool: every upstream name behind it is returned.
 */
export function upstreamModels(
  credential: RoutingCredential,
  name: string,
  reachedBy: 'prefix' | 'bare',
): readonly string[] {
  if (name === '' || matchesAnyPattern(credential.excludedModels, name.toLowerCase())) return [];
  if (credential.models.length > 0) {
    const aliased = credential.models.filter((model) => model.alias === name);
    const named = aliased.length > 0 ? aliased : credential.models.filter((model) => model.name === name);
    return [...new Set(named.map((model) => model.name))];
  }
  const known = credential.discovered.includes(name) || matchesAnyPattern(credential.nativeModels, name);
  // Behind a prefix of its own a credential without a list passes every name through as it is: the provider knows best.
  return known || reachedBy === 'prefix' ? [name] : [];
}
