import { healthScope, type HealthRecord } from '@switchyard/routing';

import { credentialStates } from './credential-states.js';

const record = (scope: string, state: HealthRecord['state']): HealthRecord => ({
  scope,
  state,
  code: 'upstream_overloaded',
  sinceMs: 0,
  untilMs: 100,
  level: 0,
});

describe('credentialStates', () => {
  it('tells the state of each credential once, its own before that of its models', () => {
    const unhealthy = [
      record(healthScope('b', 'm'), 'cooling'),
      record('c', 'cooling'),
      record(healthScope('c', 'm'), 'cooling'),
      record('d', 'parked'),
      record('gone', 'parked'),
    ];
    const credentials = ['a', 'b', 'c', 'd'].map((id) => ({ id, provider: 'p' }));
    expect(credentialStates({ credentials, unhealthy, nowMs: 50 })).toEqual([
      [1, 'p', 'a', 'healthy'],
      [1, 'p', 'b', 'model-cooling'],
      [1, 'p', 'c', 'cooling'],
      [1, 'p', 'd', 'parked'],
    ]);
  });
});
