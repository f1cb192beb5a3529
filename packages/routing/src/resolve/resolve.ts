import { matchesAnyPattern } from '../names/pattern.js';
import { splitThinkingSuffix } from '../names/thinking-suffix.js';
import type { TenantView } from '../snapshot/index-snapshot.js';
import type { RoutingAlias, RoutingCredential, RoutingKey } from '../snapshot/snapshot.js';
import { candidateOf, type Candidate } from './candidate.js';
import { servedModels, type Wanted } from './serves.js';

/** One stop of a fallback chain: the candidates behind one name. */
export interface Target {
  /** The full name that was resolved; turns are counted by it. */
  readonly name: string;
  readonly candidates: readonly Candidate[];
  /** Its share of an alias's requests under `weighted`. Default 1. */
  readonly weight?: number | undefined;
  /** Stands in for the target before it: a bare name that was not served behind the default prefix. */
  readonly isStandIn?: boolean | undefined;
}

export interface Resolution {
  /** What the client asked for, without a thinking suffix. */
  readonly model: string;
  /** The alias it is the name of, if any. */
  readonly alias?: RoutingAlias | undefined;
  /** In the order written, each with at least one candidate. */
  readonly targets: readonly Target[];
}

// Names that one tenant's clients use at a time; the oldest give way.
const MOST_NAMES = 2_048;

/** What a tenant's names resolved to. A view never changes, so neither does what was found in it. */
const found = new WeakMap<TenantView, Map<string, Resolution>>();

/**
 * Resolves a requested name to what this key's tenant can reach: thinking suffix, alias, prefix, in that order.
 * Undefined means that for this key the name does not exist. (architecture.md, "Names")
 *
 * The same name gives the same object while the snapshot lasts.
 */
export function resolve(view: TenantView, key: Pick<RoutingKey, 'models'>, requested: string): Resolution | undefined {
  for (const reading of readingsOf(requested)) {
    if (key.models !== undefined && !matchesAnyPattern(key.models, reading.name)) continue;
    const resolution = resolveReading(view, reading);
    if (resolution !== undefined) return resolution;
  }
  return undefined;
}

/** One way to understand a requested name. */
export interface Reading {
  readonly name: string;
  readonly thinking?: string | undefined;
}

/** A name may itself end in parentheses that look like a thinking suffix: the whole name is the second reading. */
export function readingsOf(requested: string): readonly Reading[] {
  const { base, thinking } = splitThinkingSuffix(requested);
  return thinking === undefined ? [{ name: base }] : [{ name: base, thinking }, { name: requested }];
}

function resolveReading(view: TenantView, reading: Reading): Resolution | undefined {
  let names = found.get(view);
  if (names === undefined) found.set(view, (names = new Map()));
  const key = reading.thinking === undefined ? reading.name : `${reading.name}\0${reading.thinking}`;
  const known = names.get(key);
  if (known !== undefined) return known;
  const alias = view.aliases.get(reading.name);
  const targets = alias === undefined ? directTargets(view, reading) : aliasTargets(view, alias, reading);
  if (targets.length === 0) return undefined;
  const resolution: Resolution = { model: reading.name, alias, targets };
  names.set(key, resolution);
  if (names.size > MOST_NAMES) {
    const [oldest] = names.keys();
    if (oldest !== undefined) names.delete(oldest);
  }
  return resolution;
}

function aliasTargets(view: TenantView, alias: RoutingAlias, reading: Reading): readonly Target[] {
  return alias.targets.flatMap(({ model, weight, deadlines }) => {
    const { base, thinking } = splitThinkingSuffix(model);
    const own =
      alias.deadlines === undefined && deadlines === undefined ? undefined : { ...alias.deadlines, ...deadlines };
    const wish: Wish = { name: base, thinking: thinking ?? reading.thinking, asked: reading.name, deadlines: own };
    return directTargets(view, wish).map((target) => ({ ...target, weight }));
  });
}

interface Wish extends Reading {
  /** What the client asked for, where that is an alias. */
  readonly asked?: string | undefined;
  readonly deadlines?: Candidate['deadlines'];
}

/** The targets of a name that is no alias: first behind the tenant's default prefix, then as it stands. */
function directTargets(view: TenantView, wish: Wish): readonly Target[] {
  const prefixed = prefixedTarget(view, wish.name, wish);
  if (prefixed !== undefined) return [prefixed];
  const { defaultPrefix } = view.tenant;
  const atDefault =
    defaultPrefix === undefined ? undefined : prefixedTarget(view, `${defaultPrefix}/${wish.name}`, wish);
  const candidates = candidatesOf(view.bare, { name: wish.name, reachedBy: 'bare' }, wish);
  const bare =
    candidates.length === 0 ? undefined : { name: wish.name, candidates, isStandIn: atDefault !== undefined };
  return [atDefault, bare].filter((target) => target !== undefined);
}

function prefixedTarget(view: TenantView, name: string, wish: Wish): Target | undefined {
  const slash = name.indexOf('/');
  if (slash <= 0) return undefined;
  const credentials = view.byPrefix.get(name.slice(0, slash)) ?? [];
  const candidates = candidatesOf(credentials, { name: name.slice(slash + 1), reachedBy: 'prefix' }, wish);
  return candidates.length === 0 ? undefined : { name, candidates };
}

function candidatesOf(
  credentials: readonly RoutingCredential[],
  wanted: Wanted,
  { name, asked, thinking, deadlines }: Wish,
): readonly Candidate[] {
  return credentials.flatMap((credential) =>
    servedModels(credential, wanted).map((entry) =>
      candidateOf({
        credential,
        model: entry.name,
        thinking,
        contextLength: entry.contextLength,
        answerModel: entry.forceMapping === true && entry.alias === wanted.name ? (asked ?? name) : undefined,
        deadlines,
      }),
    ),
  );
}
