import { credentialOf, snapshotOf, tenantOf } from '../__fixtures__/snapshot-builder.js';
import { indexSnapshot, type TenantView } from '../snapshot/index-snapshot.js';
import type { RoutingCredential, RoutingSnapshot, RoutingTenant } from '../snapshot/snapshot.js';
import { resolve } from './resolve.js';

interface World {
  readonly credentials: readonly RoutingCredential[];
  readonly tenant?: Partial<RoutingTenant>;
  readonly aliases?: RoutingSnapshot['aliases'];
  readonly force?: boolean;
}

function viewOf({ credentials, tenant, aliases, force }: World): TenantView {
  const index = indexSnapshot(
    snapshotOf({
      tenants: [tenantOf({ id: 'team', ...tenant })],
      credentials: [...credentials],
      aliases: aliases ?? [],
      settings: { forceModelPrefix: force ?? false },
    }),
  );
  const view = index.tenants.get('team');
  if (view === undefined) throw new Error('the tenant must be in its snapshot');
  return view;
}

/** `credential:upstream-model` of each candidate, one list a target. */
function routes(world: World, name: string, models?: readonly string[]): readonly string[][] | undefined {
  return resolve(viewOf(world), { models: models === undefined ? undefined : [...models] }, name)?.targets.map(
    (target) =>
      target.candidates.map(
        ({ credential, model, thinking }) =>
          `${credential.id}:${model}${thinking === undefined ? '' : `(${thinking})`}`,
      ),
  );
}

const listed = (id: string, prefix?: string): RoutingCredential =>
  credentialOf({ id, prefix, models: [{ name: 'sonnet-2024', alias: 'sonnet' }, { name: 'haiku-2024' }] });

describe('prefix × force-model-prefix × requested form × rights', () => {
  // Each row: the credential's prefix, force-model-prefix, what the tenant owns, the name, and the expected routes.
  const rows: readonly [
    string | undefined,
    boolean,
    readonly string[] | '*',
    string,
    readonly string[][] | undefined,
  ][] = [
    ['core', false, '*', 'core/sonnet', [['a:sonnet-2024']]],
    ['core', false, '*', 'sonnet', [['a:sonnet-2024']]],
    ['core', true, '*', 'core/sonnet', [['a:sonnet-2024']]],
    ['core', true, '*', 'sonnet', undefined],
    ['core', false, ['core'], 'core/sonnet', [['a:sonnet-2024']]],
    ['core', false, ['batch'], 'core/sonnet', undefined],
    ['core', false, ['batch'], 'sonnet', undefined],
    ['core', false, '*', 'batch/sonnet', undefined],
    [undefined, false, '*', 'sonnet', [['a:sonnet-2024']]],
    [undefined, true, '*', 'sonnet', [['a:sonnet-2024']]],
    [undefined, true, '*', 'core/sonnet', undefined],
  ];
  it.each(rows)('prefix %s, force %s, owning %j: %s', (prefix, force, prefixes, name, expected) => {
    const tenant = { prefixes: prefixes === '*' ? ('*' as const) : [...prefixes] };
    expect(routes({ credentials: [listed('a', prefix)], tenant, force }, name)).toEqual(expected);
  });

  it('hides shared credentials from a tenant that is not allowed them', () => {
    expect(routes({ credentials: [listed('a')], tenant: { shared: false } }, 'sonnet')).toBeUndefined();
  });
});

describe('names of a credential', () => {
  it('accepts the upstream name beside its alias', () => {
    expect(routes({ credentials: [listed('a')] }, 'sonnet-2024')).toEqual([['a:sonnet-2024']]);
  });

  it('passes any name through behind a prefix when no models are listed, slashes included', () => {
    const credentials = [credentialOf({ id: 'or', prefix: 'or' })];
    expect(routes({ credentials }, 'or/anthropic/claude-x')).toEqual([['or:anthropic/claude-x']]);
    expect(routes({ credentials }, 'anthropic/claude-x')).toBeUndefined();
  });

  it('serves discovered and native names bare', () => {
    const credentials = [credentialOf({ id: 'a', discovered: ['local-7b'], nativeModels: ['claude-*'] })];
    expect(routes({ credentials }, 'local-7b')).toEqual([['a:local-7b']]);
    expect(routes({ credentials }, 'claude-next')).toEqual([['a:claude-next']]);
    expect(routes({ credentials }, 'gpt-next')).toBeUndefined();
  });

  it('never serves an excluded model', () => {
    const credentials = [credentialOf({ id: 'a', prefix: 'p', excludedModels: ['*-preview'] })];
    expect(routes({ credentials }, 'p/Big-Preview')).toBeUndefined();
    expect(routes({ credentials }, 'p/big')).toEqual([['a:big']]);
  });

  it('makes a pool of an alias that one credential repeats', () => {
    const models = [
      { name: 'one', alias: 'any' },
      { name: 'two', alias: 'any' },
    ];
    expect(routes({ credentials: [credentialOf({ id: 'a', models })] }, 'any')).toEqual([['a:one', 'a:two']]);
  });

  it('prefers a prefix over the same spelling as a literal upstream name', () => {
    const credentials = [
      credentialOf({ id: 'vendor', discovered: ['core/sonnet'] }),
      credentialOf({ id: 'prefixed', prefix: 'core' }),
    ];
    expect(routes({ credentials }, 'core/sonnet')).toEqual([['prefixed:sonnet']]);
    expect(routes({ credentials, tenant: { prefixes: [] } }, 'core/sonnet')).toEqual([['vendor:core/sonnet']]);
  });
});

describe('the default prefix', () => {
  it('is tried first for a bare name, then the bare name itself', () => {
    const credentials = [listed('shared'), listed('own', 'core')];
    const world = { credentials, tenant: { defaultPrefix: 'core' }, force: true };
    expect(routes(world, 'sonnet')).toEqual([['own:sonnet-2024'], ['shared:sonnet-2024']]);
  });
});

describe('aliases', () => {
  const credentials = [listed('a', 'core'), credentialOf({ id: 'b', prefix: 'batch' })];
  const alias = {
    name: 'stable',
    targets: [
      { model: 'core/sonnet', weight: 1 },
      { model: 'batch/anthropic/claude', weight: 1 },
    ],
  };

  it('become targets in the order written', () => {
    expect(routes({ credentials, aliases: [alias] }, 'stable')).toEqual([['a:sonnet-2024'], ['b:anthropic/claude']]);
  });

  it('lead a tenant only where it may go', () => {
    const tenant = { prefixes: ['batch'] };
    expect(routes({ credentials, aliases: [alias], tenant }, 'stable')).toEqual([['b:anthropic/claude']]);
  });

  it('of the tenant hide global ones of the same name', () => {
    const own = { name: 'stable', targets: [{ model: 'batch/own', weight: 1 }] };
    expect(routes({ credentials, aliases: [alias], tenant: { aliases: [own] } }, 'stable')).toEqual([['b:own']]);
  });
});

describe('the thinking suffix', () => {
  const credentials = [listed('a', 'core')];

  it('is understood on any name', () => {
    expect(routes({ credentials }, 'core/sonnet(high)')).toEqual([['a:sonnet-2024(high)']]);
    expect(routes({ credentials }, 'sonnet(8192)')).toEqual([['a:sonnet-2024(8192)']]);
  });

  it('survives an alias, unless the target has one of its own', () => {
    const aliases = [
      {
        name: 'deep',
        targets: [
          { model: 'core/sonnet', weight: 1 },
          { model: 'core/haiku-2024(low)', weight: 1 },
        ],
      },
    ];
    expect(routes({ credentials, aliases }, 'deep(high)')).toEqual([['a:sonnet-2024(high)'], ['a:haiku-2024(low)']]);
  });

  it('is part of the name where only the whole name exists', () => {
    const odd = [credentialOf({ id: 'a', discovered: ['odd(high)'] })];
    expect(routes({ credentials: odd }, 'odd(high)')).toEqual([['a:odd(high)']]);
    expect(routes({ credentials }, 'sonnet(loud)')).toBeUndefined();
  });
});

describe("a key's own patterns", () => {
  it('narrow what its tenant reaches, with or without a suffix', () => {
    const world = { credentials: [listed('a', 'core')] };
    expect(routes(world, 'core/sonnet(low)', ['core/*'])).toEqual([['a:sonnet-2024(low)']]);
    expect(routes(world, 'sonnet', ['core/*'])).toBeUndefined();
  });
});
