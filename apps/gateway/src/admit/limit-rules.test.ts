import type { Limits } from '@switchyard/routing';

import type { Caller } from '../authenticate/authenticate.js';
import { limitRules, longestWaitMs } from './limit-rules.js';

const MINUTE = { type: 'rolling', ms: 60_000 };
const DAY = { type: 'calendar', unit: 'day' } as const;

function callerWith(limits: { readonly key?: Limits; readonly tenant?: Limits }): Caller {
  return {
    key: { id: 'k', hash: 'h', tenantId: 't', limits: limits.key },
    view: {
      tenant: { id: 't', name: 't', prefixes: '*', shared: true, aliases: [], limits: limits.tenant },
      aliases: new Map(),
      byPrefix: new Map(),
      bare: [],
    },
  };
}

describe('limitRules', () => {
  it('are none for a key without limits', () => {
    expect(limitRules({ caller: callerWith({}), settings: {}, model: 'm' })).toEqual([]);
  });

  it("are the key's and its tenant's together", () => {
    const caller = callerWith({
      key: { requestsPerMinute: 5, tokensPerMinute: 6, concurrent: 7 },
      tenant: { budgets: [{ unit: 'usd-micros', amount: 8, window: DAY }] },
    });
    expect(limitRules({ caller, settings: {}, model: 'm' })).toEqual([
      { scope: 'key:k', measure: 'requests', limit: 5, window: MINUTE },
      { scope: 'key:k', measure: 'tokens', limit: 6, window: MINUTE },
      { scope: 'key:k', measure: 'concurrent', limit: 7 },
      { scope: 'tenant:t', measure: 'usd-micros', limit: 8, window: DAY },
    ]);
  });

  it("are everybody's for a key that has none of its own", () => {
    const settings = { limits: { concurrent: 1 } };
    expect(limitRules({ caller: callerWith({}), settings, model: 'm' })).toHaveLength(1);
    expect(limitRules({ caller: callerWith({ key: {} }), settings, model: 'm' })).toEqual([]);
  });

  it('hold for a model by the first pattern that fits, beside those for all models', () => {
    const key = {
      concurrent: 9,
      models: [
        { model: 'opus-*', concurrent: 1 },
        { model: '*', concurrent: 2 },
      ],
    };
    const scopes = (model?: string): readonly string[] =>
      limitRules({ caller: callerWith({ key }), settings: {}, model }).map(({ scope, limit }) => `${scope} ${limit}`);
    expect(scopes('opus-4')).toEqual(['key:k 9', 'key:k:model:opus-* 1']);
    expect(scopes('other')).toEqual(['key:k 9', 'key:k:model:* 2']);
    expect(scopes()).toEqual(['key:k 9', 'key:k:model:opus-* 1', 'key:k:model:* 2']);
  });
});

describe('the list of rules', () => {
  const key = { requestsPerMinute: 5, models: [{ model: 'opus-*', concurrent: 1 }] };
  const caller = callerWith({ key, tenant: { concurrent: 3 } });

  it('is one and the same for requests that count against the same', () => {
    const rulesOf = (model: string) => limitRules({ caller: { ...caller }, settings: {}, model });
    expect(rulesOf('opus-4')).toBe(rulesOf('opus-5'));
    expect(rulesOf('haiku')).toBe(rulesOf('sonnet'));
    expect(rulesOf('haiku')).not.toBe(rulesOf('opus-4'));
  });

  it('is another when the limits are', () => {
    const before = limitRules({ caller, settings: {}, model: 'm' });
    const view = { ...caller.view, tenant: { ...caller.view.tenant, limits: { concurrent: 4 } } };
    const after = limitRules({ caller: { key: caller.key, view }, settings: {}, model: 'm' });
    expect([before.at(-1)?.limit, after.at(-1)?.limit]).toEqual([3, 4]);
  });
});

describe('longestWaitMs', () => {
  it.each([
    [{}, 0],
    [{ key: { concurrent: 1 } }, 0],
    [{ key: { whenLimited: 'wait' } }, 5_000],
    [{ key: { whenLimited: 'wait', maxWaitMs: 300 } }, 300],
    [{ key: { whenLimited: 'wait' }, tenant: { concurrent: 1 } }, 0],
    [{ key: { whenLimited: 'wait', maxWaitMs: 300 }, tenant: { whenLimited: 'wait', maxWaitMs: 200 } }, 200],
  ] as const)('of %j is %d', (limits, expected) => {
    expect(longestWaitMs({ caller: callerWith(limits), settings: {} })).toBe(expected);
  });
});
