import { credentialOf, snapshotOf, tenantOf } from '../__fixtures__/snapshot-builder.js';
import { listModels } from '../models/list-models.js';
import { indexSnapshot, type TenantView } from '../snapshot/index-snapshot.js';
import type { RoutingAlias, RoutingCredential, RoutingKey, RoutingTenant } from '../snapshot/snapshot.js';
import { resolve } from './resolve.js';

/**
 * The whole table of names, against the rules written down once more: not as the code finds them, but as a reader of
 * architecture.md would. Each dimension has every kind of value it can have; `vendor/` stands for names with slashes.
 */
const PREFIXES = [undefined, 'core'] as const;
const FORCE = [false, true] as const;
const RIGHTS = ['all', 'own', 'shared-only', 'own-and-shared', 'none'] as const;
const DEFAULT_PREFIX = [undefined, 'core', 'other'] as const;
const EXCLUDED = [undefined, 'sonnet', 'up-*', '*'] as const;
const MODELS = ['listed', 'slashed', 'pass-through', 'discovered', 'channel'] as const;
const ALIASES = ['none', 'global', 'tenant', 'both'] as const;
const FORMS = [
  'sonnet',
  'up-1',
  'vendor/sonnet',
  'core/sonnet',
  'core/up-1',
  'core/vendor/sonnet',
  'other/sonnet',
  'stable',
  'core/stable',
  'core/',
  '/sonnet',
] as const;
const SUFFIXES = ['', '(high)', '(loud)'] as const;

interface Row {
  readonly prefix: (typeof PREFIXES)[number];
  readonly force: boolean;
  readonly rights: (typeof RIGHTS)[number];
  readonly defaultPrefix: (typeof DEFAULT_PREFIX)[number];
  readonly excluded: (typeof EXCLUDED)[number];
  readonly models: (typeof MODELS)[number];
  readonly aliases: (typeof ALIASES)[number];
}

function* rows(): Generator<Row> {
  for (const prefix of PREFIXES)
    for (const force of FORCE)
      for (const rights of RIGHTS)
        for (const defaultPrefix of DEFAULT_PREFIX)
          for (const excluded of EXCLUDED)
            for (const models of MODELS)
              for (const aliases of ALIASES) yield { prefix, force, rights, defaultPrefix, excluded, models, aliases };
}

function tenantFor({ rights, defaultPrefix, aliases }: Row): RoutingTenant {
  const prefixes = { all: '*' as const, own: ['core'], 'shared-only': [], 'own-and-shared': ['core'], none: ['batch'] }[
    rights
  ];
  const shared = rights !== 'own' && rights !== 'none';
  const own: RoutingAlias[] = aliases === 'tenant' || aliases === 'both' ? [aliasTo('core/up-1')] : [];
  return tenantOf({ id: 't', prefixes, shared, defaultPrefix, aliases: own });
}

function aliasTo(model: string): RoutingAlias {
  return { name: 'stable', targets: [{ model, weight: 1 }] };
}

function credentialFor({ prefix, excluded, models }: Row): RoutingCredential {
  const patterns = { id: 'a', prefix, excludedModels: excluded === undefined ? [] : [excluded] };
  switch (models) {
    case 'listed':
      return credentialOf({ ...patterns, models: [{ name: 'up-1', alias: 'sonnet', forceMapping: true }] });
    case 'slashed':
      return credentialOf({ ...patterns, models: [{ name: 'up-1', alias: 'vendor/sonnet' }] });
    case 'pass-through':
      return credentialOf(patterns);
    case 'discovered':
      return credentialOf({ ...patterns, discovered: ['sonnet', 'core/sonnet'], nativeModels: ['vendor/*'] });
    case 'channel':
      return credentialOf({
        ...patterns,
        discovered: ['up-1'],
        modelAliases: [{ name: 'up-1', alias: 'sonnet', fork: true }],
      });
  }
}

function viewFor(row: Row): TenantView {
  const aliases = row.aliases === 'global' || row.aliases === 'both' ? [aliasTo('sonnet(low)')] : [];
  const snapshot = snapshotOf({
    tenants: [tenantFor(row)],
    credentials: [credentialFor(row)],
    aliases,
    settings: { forceModelPrefix: row.force },
  });
  const view = indexSnapshot(snapshot).tenants.get('t');
  if (view === undefined) throw new Error('the tenant must be in its snapshot');
  return view;
}

/** What the credential sends upstream for a name without its prefix, by the rules in words; undefined: it does not serve it. */
function upstream({ models, excluded }: Row, name: string, isPrefixed: boolean): string | undefined {
  const isOut = (candidate: string): boolean =>
    excluded === '*' || excluded === candidate || (excluded === 'up-*' && candidate.startsWith('up-'));
  if (name === '' || isOut(name)) return undefined;
  switch (models) {
    // An entry is excluded under the name it is listed by, and nobody reaches it by its upstream's name then.
    case 'listed':
      return (name === 'sonnet' || name === 'up-1') && !isOut('sonnet') ? 'up-1' : undefined;
    case 'slashed':
      return (name === 'vendor/sonnet' || name === 'up-1') && !isOut('vendor/sonnet') ? 'up-1' : undefined;
    case 'pass-through':
      return isPrefixed ? name : undefined;
    case 'discovered':
      return isPrefixed || name === 'sonnet' || name === 'core/sonnet' || name.startsWith('vendor/') ? name : undefined;
    // A channel's exclusions speak of the upstream's names.
    case 'channel':
      if (name === 'sonnet') return isOut('up-1') ? undefined : 'up-1';
      return isPrefixed || name === 'up-1' ? name : undefined;
  }
}

/** The stops of a name that is no alias. */
function stops(row: Row, name: string): readonly string[] {
  const { prefix, force, rights, defaultPrefix } = row;
  const isReached =
    prefix === undefined
      ? rights !== 'own' && rights !== 'none'
      : rights === 'all' || rights === 'own' || rights === 'own-and-shared';
  if (!isReached) return [];
  const behind = (full: string): string | undefined =>
    prefix !== undefined && full.startsWith(`${prefix}/`)
      ? upstream(row, full.slice(prefix.length + 1), true)
      : undefined;
  const asWritten = behind(name);
  if (asWritten !== undefined) return [asWritten];
  const atDefault = defaultPrefix === undefined ? undefined : behind(`${defaultPrefix}/${name}`);
  const bare = prefix === undefined || !force ? upstream(row, name, false) : undefined;
  return [atDefault, bare].filter((stop) => stop !== undefined);
}

function expected(row: Row, requested: string): readonly string[] {
  const suffixed = requested.endsWith('(high)');
  const readings = suffixed
    ? [
        [requested.slice(0, -6), '(high)'],
        [requested, ''],
      ]
    : [[requested, '']];
  for (const [name = '', thinking = ''] of readings) {
    const isAlias = name === 'stable' && row.aliases !== 'none';
    const target = row.aliases === 'global' ? 'sonnet' : 'core/up-1';
    const found = stops(row, isAlias ? target : name);
    const suffix = isAlias && row.aliases === 'global' ? '(low)' : thinking;
    if (found.length > 0) return found.map((model) => `${model}${suffix}`);
  }
  return [];
}

describe('the table of names', () => {
  it('holds for every prefix, form, right, alias, suffix and exclusion', () => {
    let checked = 0;
    for (const row of rows()) {
      const view = viewFor(row);
      for (const form of FORMS) {
        for (const suffix of SUFFIXES) {
          const requested = `${form}${suffix}`;
          const found = resolve(view, {}, requested)?.targets.flatMap(({ candidates }) =>
            candidates.map(({ model, thinking }) => `${model}${thinking === undefined ? '' : `(${thinking})`}`),
          );
          checked += 1;
          const wanted = expected(row, requested);
          if (JSON.stringify(found ?? []) !== JSON.stringify(wanted)) {
            throw new Error(
              `${requested} in ${JSON.stringify(row)}: ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`,
            );
          }
        }
      }
    }
    expect(checked).toBe(2 * 2 * 5 * 3 * 4 * 5 * 4 * 11 * 3);
  });

  it('lists only names that resolve', () => {
    for (const row of rows()) {
      const view = viewFor(row);
      for (const { id } of listModels(view, {})) {
        if (resolve(view, {}, id) === undefined)
          throw new Error(`${id} in ${JSON.stringify(row)} is listed and unknown`);
      }
    }
  });
});

describe('names in answers', () => {
  const models = [
    { name: 'up-1', alias: 'sonnet', forceMapping: true },
    { name: 'up-2', alias: 'haiku' },
  ];
  const view = (): TenantView => {
    const aliases = [aliasTo('core/sonnet')];
    const snapshot = snapshotOf({
      tenants: [tenantOf({ id: 't' })],
      credentials: [credentialOf({ id: 'a', prefix: 'core', models })],
      aliases,
    });
    const made = indexSnapshot(snapshot).tenants.get('t');
    if (made === undefined) throw new Error('the tenant must be in its snapshot');
    return made;
  };
  const answerModel = (name: string): string | undefined =>
    resolve(view(), {}, name)?.targets[0]?.candidates[0]?.answerModel;

  it('are what the client asked for where a mapping is forced, through aliases and with suffixes too', () => {
    expect(['sonnet', 'core/sonnet', 'core/sonnet(high)', 'stable', 'stable(low)'].map(answerModel)).toEqual([
      'sonnet',
      'core/sonnet',
      'core/sonnet',
      'stable',
      'stable',
    ]);
  });

  it("are the upstream's otherwise", () => {
    expect(['haiku', 'core/haiku', 'up-1', 'core/up-2'].map(answerModel)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe("an alias of an account's channel", () => {
  const listed = (fork: boolean | undefined): readonly string[] => {
    const credential = credentialOf({
      id: 'a',
      discovered: ['up-1', 'up-2'],
      modelAliases: [{ name: 'up-1', alias: 'sonnet', fork }],
    });
    const view = indexSnapshot(snapshotOf({ tenants: [tenantOf({ id: 't' })], credentials: [credential] })).tenants.get(
      't',
    );
    return view === undefined ? [] : listModels(view, {}).map(({ id }) => id);
  };

  it('stands in the list for what it renames, and beside it with fork', () => {
    expect(listed(undefined)).toEqual(['sonnet', 'up-2']);
    expect(listed(true)).toEqual(['sonnet', 'up-1', 'up-2']);
  });
});

describe('a key', () => {
  const names = (key: Pick<RoutingKey, 'models'>, requested: string): string | undefined => {
    const credentials = [credentialOf({ id: 'a', prefix: 'core', models: [{ name: 'up-1', alias: 'sonnet' }] })];
    const view = indexSnapshot(
      snapshotOf({ tenants: [tenantOf({ id: 't' })], credentials, aliases: [aliasTo('core/sonnet')] }),
    ).tenants.get('t');
    return view === undefined ? undefined : resolve(view, key, requested)?.model;
  };

  it('may use an alias without being allowed what is behind it, and not the reverse', () => {
    expect(names({ models: ['stable'] }, 'stable(high)')).toBe('stable');
    expect(names({ models: ['stable'] }, 'core/sonnet')).toBeUndefined();
    expect(names({ models: ['core/*'] }, 'stable')).toBeUndefined();
  });

  it('does not gain names from what another key resolved before', () => {
    expect(names({}, 'core/sonnet')).toBe('core/sonnet');
    expect(names({ models: ['stable'] }, 'core/sonnet')).toBeUndefined();
  });
});
