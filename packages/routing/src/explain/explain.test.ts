import { recordOf, stateOf, type TestState } from '../__fixtures__/routing-state.js';
import { credentialOf, snapshotOf, tenantOf } from '../__fixtures__/snapshot-builder.js';
import { healthScope } from '../health/health-record.js';
import { indexSnapshot } from '../snapshot/index-snapshot.js';
import type { RoutingKey } from '../snapshot/snapshot.js';
import { explain, type Explanation } from './explain.js';
import { formatExplanation } from './format-explanation.js';

const chat = ['chat'];
const index = indexSnapshot(
  snapshotOf({
    version: 7,
    tenants: [
      tenantOf({ id: 'team', prefixes: ['core', 'batch'], defaultPrefix: 'core', limits: { concurrent: 3 } }),
      tenantOf({ id: 'other', prefixes: ['secret'], shared: false }),
    ],
    credentials: [
      credentialOf({ id: 'core-1', prefix: 'core', operations: chat, models: [{ name: 'up-1', alias: 'sonnet' }] }),
      credentialOf({ id: 'core-2', prefix: 'core', priority: 5, models: [{ name: 'up-2', alias: 'sonnet' }] }),
      credentialOf({ id: 'core-3', prefix: 'core', models: [{ name: 'sonnet' }], excludedModels: ['son*'] }),
      credentialOf({ id: 'batch-1', prefix: 'batch', models: [{ name: 'sonnet' }] }),
      credentialOf({ id: 'shared-1', models: [{ name: 'opus' }] }),
      credentialOf({ id: 'secret-1', prefix: 'secret', models: [{ name: 'sonnet' }] }),
    ],
    aliases: [
      {
        name: 'chain',
        targets: [
          { model: 'core/sonnet', weight: 1 },
          { model: 'secret/sonnet', weight: 1 },
          { model: 'opus', weight: 1 },
        ],
      },
    ],
    settings: {
      forceModelPrefix: true,
      limits: {
        requestsPerMinute: 5,
        models: [
          { model: 'chain', budgets: [{ unit: 'usd-micros', amount: 1, window: { type: 'calendar', unit: 'day' } }] },
        ],
      },
    },
  }),
);

interface Ask {
  readonly tenant?: string;
  readonly key?: Pick<RoutingKey, 'id' | 'models' | 'limits'>;
  readonly operation?: 'chat' | 'embeddings';
  readonly state?: TestState;
}

function ask(model: string, { tenant = 'team', key, operation = 'chat', state = stateOf() }: Ask = {}): Explanation {
  const view = index.tenants.get(tenant);
  if (view === undefined) throw new Error('no such tenant');
  return explain(index, state, { view, key, model, operation, nowMs: 1_000, random: () => 0 });
}

const rows = ({ credentials }: Explanation): readonly string[] =>
  credentials.map(({ credential, order, reason }) => `${order ?? '-'} ${credential} ${reason}`);

describe('explain', () => {
  it('tells for each credential of the tenant whether it is tried, when, and why not', () => {
    const explanation = ask('sonnet');
    expect(rows(explanation)).toEqual([
      '1 core-2 well',
      '2 core-1 well',
      '- core-3 excluded-model',
      '- batch-1 prefix-required',
      '- shared-1 not-served',
    ]);
    expect([explanation.outcome, explanation.strategy, explanation.snapshot]).toEqual(['routed', 'round-robin', 7]);
    expect(explanation.steps).toEqual(['"core/sonnet", with the default prefix "core", has 2 candidates']);
  });

  it('names an alias, its targets, and the limits that a request would count against', () => {
    const explanation = ask('chain(high)', { key: { id: 'k' } });
    expect(explanation.steps).toEqual([
      '"chain(high)" is "chain" with the thinking suffix "high"',
      '"chain" is a global alias of 3 targets',
      '"core/sonnet" has 2 candidates',
      '"secret/sonnet" leads to no credential that this tenant reaches',
      '"opus" has one candidate',
    ]);
    expect(rows(explanation).slice(0, 3)).toEqual(['1 core-2 well', '2 core-1 well', '3 shared-1 well']);
    expect(explanation.limits).toEqual([
      'key:k requests-per-minute',
      'key:k:model:chain usd per day',
      'tenant:team concurrent',
    ]);
    expect(explanation.strategy).toBe('fallback');
  });

  it('says what is held against a credential', () => {
    const state = stateOf();
    state.records.set(
      'core-2',
      recordOf({ scope: 'core-2', untilMs: 500, state: 'parked', code: 'upstream_auth_failed' }),
    );
    const scope = healthScope('core-1', 'up-1');
    state.records.set(scope, recordOf({ scope, untilMs: 9_000 }));
    const { credentials } = ask('sonnet', { state });
    expect(credentials.slice(0, 2).map(({ reason, words }) => [reason, words])).toEqual([
      [
        'probe',
        'the credential is parked after upstream_auth_failed until now: the next request finds out whether that is over',
      ],
      ['out-of-use', 'this model of it is cooling after upstream_rate_limited for another 8 s'],
    ]);
  });

  it('says when the first recovers where all are out of use', () => {
    const state = stateOf();
    for (const id of ['core-1', 'core-2']) state.records.set(id, recordOf({ scope: id, untilMs: 5_000 }));
    const explanation = ask('sonnet', { state });
    expect([explanation.outcome, explanation.retryAfterMs]).toEqual(['out-of-use', 4_000]);
  });

  it('changes nothing: no turn is counted, and no right to probe is used up', () => {
    const state = stateOf();
    state.records.set('shared-1', recordOf({ scope: 'shared-1', untilMs: 0 }));
    for (let asked = 0; asked < 3; asked += 1) ask('opus', { state });
    expect([state.asked, state.turns.next('opus')]).toEqual([[], 0]);
    const first = ask('batch/sonnet', { state });
    expect(ask('batch/sonnet', { state })).toEqual(first);
  });

  it('leaves out what cannot be asked for the operation', () => {
    expect(rows(ask('core/sonnet', { operation: 'embeddings' })).slice(0, 2)).toEqual([
      '1 core-2 well',
      '- core-1 operation-not-supported',
    ]);
  });

  it('shows nothing of what the tenant or the key may not see', () => {
    const other = ask('core/sonnet', { tenant: 'other' });
    expect([other.outcome, rows(other)]).toEqual(['unknown-model', ['- secret-1 other-prefix']]);
    expect(JSON.stringify(ask('secret/sonnet'))).not.toContain('secret-1');
    const narrow = ask('sonnet', { key: { id: 'k', models: ['opus'] } });
    expect([narrow.outcome, narrow.credentials, narrow.steps[0]]).toEqual([
      'unknown-model',
      [],
      'the key may not use "sonnet"',
    ]);
  });

  it('reads well', () => {
    expect(formatExplanation(ask('core/sonnet(low)'))).toBe(
      `core/sonnet(low) (chat) for tenant team, configuration 7: routed
  "core/sonnet(low)" is "core/sonnet" with the thinking suffix "low"
  "core/sonnet" has 2 candidates
  strategy: round-robin

#  credential  provider              prefix  priority  upstream model  reason
1  core-2      openai-compatibility  core    5         up-2            well            healthy, and with room as far as is known
2  core-1      openai-compatibility  core    0         up-1            well            healthy, and with room as far as is known
-  core-3      openai-compatibility  core    0                         excluded-model  its excluded-models leave the name out
-  batch-1     openai-compatibility  batch   0                         other-prefix    it is behind the prefix "batch"
-  shared-1    openai-compatibility          0                         not-served      it does not serve this name

limits: key:* requests-per-minute, tenant:team concurrent
`,
    );
  });
});
