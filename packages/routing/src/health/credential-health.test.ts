import { credentialHealth } from './credential-health.js';
import { healthScope, type HealthRecord } from './health-record.js';

const record = (scope: string, state: HealthRecord['state'], untilMs = 100): HealthRecord => ({
  scope,
  state,
  code: 'upstream_overloaded',
  sinceMs: 0,
  untilMs,
  level: 0,
});

describe('credentialHealth', () => {
  it('takes the state of a credential itself before that of its models', () => {
    const records = [
      record(healthScope('b', 'm'), 'parked'),
      record(healthScope('c', 'm'), 'cooling'),
      record('c', 'cooling'),
      record('d', 'parked'),
    ];
    const states = [...credentialHealth(records, 50)].map(([id, { state }]) => [id, state]);
    expect(states).toEqual([
      ['b', 'model-cooling'],
      ['c', 'cooling'],
      ['d', 'parked'],
    ]);
  });

  it('tells what is held against whom, why and until when, the credential as a whole first', () => {
    const records = [record(healthScope('c', 'org/m|1'), 'cooling', 1_000), record('c', 'parked', 10)];
    expect(credentialHealth(records, 50).get('c')).toEqual({
      state: 'cooling',
      held: [
        {
          state: 'probe-due',
          reason: 'upstream_overloaded',
          since: '1970-01-01T00:00:00.000Z',
          until: '1970-01-01T00:00:00.010Z',
        },
        {
          model: 'org/m|1',
          state: 'cooling',
          reason: 'upstream_overloaded',
          since: '1970-01-01T00:00:00.000Z',
          until: '1970-01-01T00:00:01.000Z',
        },
      ],
    });
  });
});
