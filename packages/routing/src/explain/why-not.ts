import { isExcluded, servedModels } from '../resolve/serves.js';
import type { RoutingCredential } from '../snapshot/snapshot.js';

/** Why a credential that a tenant reaches is no candidate for a name. */
export type NotACandidate = 'excluded-model' | 'prefix-required' | 'hidden-by-prefix' | 'other-prefix' | 'not-served';

/**
 * Why a credential is not among the candidates of some full names, of which it serves none as they are read: the reason
 * that says most.
 */
export function whyNot(
  credential: RoutingCredential,
  names: readonly string[],
  settings: { readonly forceModelPrefix: boolean },
): NotACandidate {
  const reasons = names.map((name) => whyNotFor(credential, name, settings.forceModelPrefix));
  return MOST_TELLING.find((reason) => reasons.includes(reason)) ?? 'not-served';
}

const MOST_TELLING = ['excluded-model', 'prefix-required', 'hidden-by-prefix', 'not-served', 'other-prefix'] as const;

function whyNotFor(credential: RoutingCredential, name: string, forcePrefix: boolean): NotACandidate {
  const { prefix } = credential;
  const isBehind = prefix !== undefined && name.startsWith(`${prefix}/`);
  const bare = isBehind ? name.slice(prefix.length + 1) : name;
  const reachedBy = isBehind ? 'prefix' : 'bare';
  if (servedModels({ ...credential, excludedModels: [] }, { name: bare, reachedBy }).length === 0) {
    return prefix !== undefined && !isBehind && name.includes('/') ? 'other-prefix' : 'not-served';
  }
  if (isExcluded(credential, bare) || servedModels(credential, { name: bare, reachedBy }).length === 0) {
    return 'excluded-model';
  }
  // It serves the name, so something else stood before it.
  return prefix !== undefined && !isBehind && forcePrefix ? 'prefix-required' : 'hidden-by-prefix';
}
