import { indexSnapshot, resolve, type RoutingTenant, type TenantView } from '@switchyard/routing';
import { errorAt, warningAt, type ConfigPath, type Finding } from './problem.js';
import type { ConfigFile } from './schema.js';
import { repeated, type Claim, type Written } from './written.js';

/** The aliases that stand in one place: the global ones, or a tenant's. */
interface AliasScope {
  readonly path: ConfigPath;
  readonly aliases: ConfigFile['aliases'];
  /** Who may use them. */
  readonly tenant: Reach;
}

type Reach = Pick<RoutingTenant, 'prefixes' | 'shared' | 'defaultPrefix'>;

const EVERYTHING: Reach = { prefixes: '*', shared: true };

/** Aliases that are there twice, that hide what a credential serves, or that lead nowhere. */
export function findAliasConflicts(written: Written): readonly Finding[] {
  const { file } = written;
  const scopes: readonly AliasScope[] = [
    { path: ['aliases'], aliases: file.aliases, tenant: EVERYTHING },
    ...file.tenants.map(({ aliases, prefixes, shared, 'default-prefix': defaultPrefix }, index) => ({
      path: ['tenants', index, 'aliases'],
      aliases,
      tenant: { prefixes: prefixes === '*' ? prefixes : [...prefixes], shared, defaultPrefix },
    })),
  ];
  const everything = viewOf(EVERYTHING, written);
  return scopes.flatMap((scope) => {
    const claims = scope.aliases.map(({ name }, index) => ({ claimed: name, path: [...scope.path, index, 'name'] }));
    return [
      ...repeatedAliases(claims, written),
      ...claims.flatMap((claim) => aliasOfServedName(claim, everything, written)),
      ...unreachableTargets(scope, written),
    ];
  });
}

function repeatedAliases(claims: readonly Claim[], { nameOf }: Written): readonly Finding[] {
  return repeated(claims).map(({ claim, first }) => {
    const message = `the alias "${claim.claimed}" is already at ${nameOf(first.path)}`;
    return errorAt(claim.path, message, 'keep one of them, with all the targets');
  });
}

function aliasOfServedName({ claimed, path }: Claim, everything: TenantView, written: Written): readonly Finding[] {
  const candidates = resolve(everything, {}, claimed)?.targets[0]?.candidates ?? [];
  const serving = candidates.find(
    ({ credential: { prefix } }) => prefix !== undefined && claimed.startsWith(`${prefix}/`),
  );
  const other = written.credentials.find((_, index) => String(index) === serving?.credential.id);
  if (other === undefined) return [];
  const message = `the alias "${claimed}" is also a name that ${written.nameOf(other.path)} serves`;
  return [errorAt(path, message, 'give the alias another name, for example one without "/"')];
}

function unreachableTargets({ path, aliases, tenant }: AliasScope, written: Written): readonly Finding[] {
  const view = viewOf(tenant, written);
  return aliases.flatMap(({ targets }, index) =>
    targets.flatMap(({ model }, targetIndex) => {
      if (resolve(view, {}, model) !== undefined) return [];
      const isAlias = written.file.aliases.some(({ name }) => name === model);
      const remedy = isAlias
        ? 'write the targets of that alias here; an alias does not lead to an alias'
        : 'correct the name or its prefix, or add it to the models of a credential';
      const message = `no credential can serve "${model}": the name is unreachable`;
      return [warningAt([...path, index, 'targets', targetIndex, 'model'], message, remedy)];
    }),
  );
}

/**
 * What a tenant can reach, without aliases, decided by the same code that will route its requests. A credential without
 * a list of models may turn out to serve any name, so here it does; its id is its place among all credentials.
 */
function viewOf(reach: Reach, { credentials, desired }: Written): TenantView {
  const tenant = { ...reach, id: 'tenant', name: 'tenant', aliases: [] };
  const index = indexSnapshot({
    format: 1,
    version: 0,
    tenants: [tenant],
    keys: [],
    credentials: credentials.map(({ credential }, place) => ({
      id: String(place),
      provider: credential.provider,
      prefix: credential.prefix,
      priority: credential.priority,
      models: credential.models.map((model) => ({ ...model })),
      discovered: [],
      nativeModels: credential.models.length === 0 ? ['*'] : [],
      excludedModels: [...credential.excludedModels],
    })),
    aliases: [],
    settings: desired.settings,
  });
  return index.tenants.get(tenant.id) ?? { tenant, aliases: new Map(), byPrefix: new Map(), bare: [] };
}
