import { credentialOf, snapshotOf, tenantOf } from '../__fixtures__/snapshot-builder.js';
import { indexSnapshot } from '../snapshot/index-snapshot.js';
import type { RoutingSnapshot } from '../snapshot/snapshot.js';
import { listModels } from './list-models.js';

function list(snapshot: RoutingSnapshot, models?: string[]): readonly string[] {
  const view = indexSnapshot(snapshot).tenants.get('team');
  if (view === undefined) throw new Error('the tenant must be in its snapshot');
  return listModels(view, { models }).map(({ id }) => id);
}

const credentials = [
  credentialOf({ id: 'a', prefix: 'core', models: [{ name: 'sonnet-2024', alias: 'sonnet' }] }),
  credentialOf({ id: 'b', prefix: 'secret', models: [{ name: 'hidden' }] }),
  credentialOf({ id: 'c', discovered: ['z-model', 'a-model', 'old'], excludedModels: ['old'] }),
];
const aliases = [
  { name: 'stable', targets: [{ model: 'core/sonnet', weight: 1 }] },
  { name: 'leads-nowhere', targets: [{ model: 'secret/hidden', weight: 1 }] },
];

describe('listModels', () => {
  it('is sorted, holds aliases instead of upstream names, and nothing of other tenants', () => {
    const tenants = [tenantOf({ id: 'team', prefixes: ['core'] })];
    expect(list(snapshotOf({ tenants, credentials, aliases }))).toEqual([
      'a-model',
      'core/sonnet',
      'sonnet',
      'stable',
      'z-model',
    ]);
  });

  it('leaves bare names of prefixed credentials out under force-model-prefix', () => {
    const tenants = [tenantOf({ id: 'team', prefixes: ['core'], shared: false })];
    const settings = { forceModelPrefix: true };
    expect(list(snapshotOf({ tenants, credentials, aliases, settings }))).toEqual(['core/sonnet', 'stable']);
  });

  it('tells what can be asked for embeddings: a name with one provider that can, and an alias that leads to it', () => {
    const tenants = [tenantOf({ id: 'team' })];
    const view = indexSnapshot(
      snapshotOf({
        tenants,
        credentials: [
          credentialOf({ id: 'a', models: [{ name: 'both' }, { name: 'chat' }], operations: ['chat'] }),
          credentialOf({ id: 'b', models: [{ name: 'both' }], operations: ['chat', 'embeddings'] }),
          credentialOf({ id: 'c', models: [{ name: 'untold' }] }),
        ],
        aliases: ['both', 'chat'].map((model) => ({ name: `to-${model}`, targets: [{ model, weight: 1 }] })),
      }),
    ).tenants.get('team');
    const listed = view === undefined ? [] : listModels(view, {});
    expect(listed.filter(({ embeds }) => embeds).map(({ id }) => id)).toEqual(['both', 'to-both', 'untold']);
  });

  it("is narrowed by a key's patterns", () => {
    const tenants = [tenantOf({ id: 'team' })];
    expect(list(snapshotOf({ tenants, credentials, aliases }), ['core/*'])).toEqual(['core/sonnet']);
  });
});
