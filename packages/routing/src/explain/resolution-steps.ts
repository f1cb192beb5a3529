import { matchesAnyPattern } from '../names/pattern.js';
import { splitThinkingSuffix } from '../names/thinking-suffix.js';
import { readingsOf, resolve, type Reading, type Target } from '../resolve/resolve.js';
import type { TenantView } from '../snapshot/index-snapshot.js';
import type { RoutingAlias, RoutingKey } from '../snapshot/snapshot.js';

/** How a requested name is read, one sentence a step. */
export function resolutionSteps(
  view: TenantView,
  key: Pick<RoutingKey, 'models'> | undefined,
  requested: string,
): readonly string[] {
  const readings = readingsOf(requested);
  const steps: string[] = [];
  for (const reading of readings) {
    if (reading.thinking !== undefined) {
      steps.push(`"${requested}" is "${reading.name}" with the thinking suffix "${reading.thinking}"`);
    } else if (readings.length > 1) {
      steps.push(`"${requested}" is looked up as a whole name`);
    }
    if (key?.models !== undefined && !matchesAnyPattern(key.models, reading.name)) {
      steps.push(`the key may not use "${reading.name}"`);
      continue;
    }
    const found = readingSteps(view, reading);
    steps.push(...found.steps);
    if (found.isFound) return steps;
  }
  return [...steps, `nothing serves "${requested}" for this tenant: to its keys the name does not exist`];
}

function readingSteps(
  view: TenantView,
  reading: Reading,
): { readonly steps: readonly string[]; readonly isFound: boolean } {
  const targets = resolve(view, {}, suffixed(reading))?.targets ?? [];
  const alias = view.aliases.get(reading.name);
  if (alias === undefined) return { steps: plainSteps(view, reading.name, targets), isFound: targets.length > 0 };
  const whose = view.tenant.aliases.includes(alias) ? "the tenant's own" : 'a global';
  const count = alias.targets.length === 1 ? 'one target' : `${alias.targets.length} targets`;
  return {
    steps: [
      `"${reading.name}" is ${whose} alias of ${count}`,
      ...alias.targets.flatMap(({ model }) =>
        plainSteps(view, splitThinkingSuffix(model).base, targetsBehind(view, model)),
      ),
    ],
    isFound: targets.length > 0,
  };
}

function plainSteps({ tenant }: TenantView, name: string, targets: readonly Target[]): readonly string[] {
  if (targets.length === 0) return [`"${name}" leads to no credential that this tenant reaches`];
  return targets.map((target) => {
    const how = target.name === name ? '' : `, with the default prefix "${tenant.defaultPrefix ?? ''}",`;
    const count = target.candidates.length === 1 ? 'one candidate' : `${target.candidates.length} candidates`;
    return `"${target.name}"${how} has ${count}`;
  });
}

/** The full names that are looked up for a requested one. */
export function namesTried(view: TenantView, requested: string): readonly string[] {
  const names = readingsOf(requested).flatMap(({ name }) => {
    const alias = view.aliases.get(name);
    return alias === undefined ? [name] : plainNames(alias);
  });
  const { defaultPrefix } = view.tenant;
  const prefixed = defaultPrefix === undefined ? [] : names.map((name) => `${defaultPrefix}/${name}`);
  return [...new Set([...names, ...prefixed])];
}

function plainNames({ targets }: RoutingAlias): readonly string[] {
  return targets.map(({ model }) => splitThinkingSuffix(model).base);
}

/** What a name leads to that is not itself looked up among the aliases. */
function targetsBehind(view: TenantView, model: string): readonly Target[] {
  return resolve({ ...view, aliases: new Map() }, {}, model)?.targets ?? [];
}

function suffixed({ name, thinking }: Reading): string {
  return thinking === undefined ? name : `${name}(${thinking})`;
}
