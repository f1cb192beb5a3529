import type { ErrorCode } from '@switchyard/canonical';

import { candidate, recordOf, resolutionOf, scopeOf, stateOf, type TestState } from '../__fixtures__/routing-state.js';
import type { Candidate } from '../resolve/candidate.js';
import { choose } from './choose.js';
import {
  afterAttempt,
  afterContextLength,
  nextAttempt,
  recoversAtMs,
  roundPauseMs,
  startAttempts,
  worthAnotherRound,
  type AttemptAsk,
  type AttemptFailure,
  type AttemptRules,
} from './next-attempt.js';

interface Script {
  readonly candidates: readonly Candidate[];
  /** What each credential's attempts fail with, in order; beyond them it succeeds. */
  readonly fails: Readonly<Record<string, readonly ErrorCode[]>>;
  readonly rule?: AttemptFailure['rule'];
  readonly rules?: Partial<AttemptRules>;
  readonly deadlineAtMs?: number;
  readonly state?: TestState;
  /** What a failure does to the world. */
  readonly onFailure?: (failed: Candidate, state: TestState, nowMs: number) => void;
}

/** Every step until one succeeds or nothing is left, as words. */
function run(script: Script): readonly string[] {
  const { candidates, fails, state = stateOf(), onFailure } = script;
  const steps: string[] = [];
  const made: Record<string, number> = {};
  let nowMs = 0;
  const chooseNow: AttemptAsk['choose'] = (exclude) =>
    choose({ resolution: resolutionOf(candidates), state, strategy: 'fill-first', nowMs, random: () => 0, exclude });
  let plan = startAttempts(chooseNow(new Set()));
  for (let guard = 0; guard < 50; guard += 1) {
    const step = nextAttempt(plan, {
      rules: { requestRetry: 0, maxRetryCredentials: 0, ...script.rules },
      state,
      nowMs,
      deadlineAtMs: script.deadlineAtMs ?? 1e9,
      random: () => 0,
      choose: chooseNow,
    });
    if (step.type === 'stop')
      return [...steps, step.plan.outage === undefined ? 'stop' : `outage ${step.plan.outage.recoversAtMs}`];
    plan = step.plan;
    if (step.type === 'wait') {
      steps.push(`wait ${step.ms}`);
      nowMs += step.ms;
      continue;
    }
    const { id } = step.candidate.credential;
    const code = fails[id]?.[made[id] ?? 0];
    made[id] = (made[id] ?? 0) + 1;
    steps.push(id);
    if (code === undefined) return steps;
    onFailure?.(step.candidate, state, nowMs);
    plan = afterAttempt(plan, { candidate: step.candidate, code, rule: script.rule });
  }
  return [...steps, 'endless'];
}

const busy = (times: number): readonly ErrorCode[] =>
  Array.from({ length: times }, () => 'upstream_overloaded' as const);
const three = [candidate('a'), candidate('b'), candidate('c')];

describe('one round', () => {
  it('tries each candidate once', () => {
    expect(run({ candidates: three, fails: { a: busy(9), b: busy(9), c: busy(9) } })).toEqual(['a', 'b', 'c', 'stop']);
  });

  it('tries at most max-retry-credentials', () => {
    const rules = { maxRetryCredentials: 2 };
    expect(run({ candidates: three, fails: { a: busy(9), b: busy(9) }, rules })).toEqual(['a', 'b', 'stop']);
  });

  it('makes one attempt for a client that wants no other', () => {
    expect(run({ candidates: three, fails: { a: busy(9) }, rules: { maxAttempts: 1, requestRetry: 3 } })).toEqual([
      'a',
      'stop',
    ]);
  });

  it('passes over a candidate that went out of use meanwhile', () => {
    const onFailure = (_: Candidate, state: TestState): void => {
      state.records.set('b', recordOf({ scope: 'b', untilMs: 1e9 }));
    };
    expect(run({ candidates: three, fails: { a: busy(1) }, onFailure })).toEqual(['a', 'c']);
  });

  it.each<ErrorCode>(['upstream_invalid_request', 'untranslatable_field', 'internal', 'no_worker'])(
    'ends with %s',
    (code) => {
      expect(run({ candidates: three, fails: { a: [code] }, rules: { requestRetry: 2 } })).toEqual(['a', 'stop']);
    },
  );

  it('asks a candidate again, once, whose worker was lost before it could tell', () => {
    expect(run({ candidates: three, fails: { a: ['worker_lost'] } })).toEqual(['a', 'a']);
    expect(run({ candidates: three, fails: { a: ['worker_lost', 'worker_lost'] } })).toEqual(['a', 'a', 'b']);
    const rules = { maxRetryCredentials: 1 };
    expect(run({ candidates: three, fails: { a: ['worker_lost'] }, rules })).toEqual(['a', 'a']);
    expect(run({ candidates: three, fails: { a: ['worker_lost'] }, rules: { maxAttempts: 1 } })).toEqual(['a', 'stop']);
  });

  it("follows the operator's rules before the code", () => {
    expect(run({ candidates: three, fails: { a: ['upstream_overloaded'] }, rule: 'stop' })).toEqual(['a', 'stop']);
    expect(run({ candidates: three, fails: { a: ['upstream_invalid_request'] }, rule: 'continue' })).toEqual([
      'a',
      'b',
    ]);
  });
});

describe('further rounds', () => {
  it('follow a pause, as many as request-retry', () => {
    const script = { candidates: [candidate('a'), candidate('b')], fails: { a: busy(9), b: busy(9) } };
    expect(run({ ...script, rules: { requestRetry: 2 } })).toEqual([
      'a',
      'b',
      'wait 100',
      'a',
      'b',
      'wait 200',
      'a',
      'b',
      'stop',
    ]);
  });

  it('are not spent on a refused account or an unknown model', () => {
    const fails: Script['fails'] = { a: ['upstream_auth_failed'], b: busy(1), c: ['upstream_model_not_found'] };
    expect(run({ candidates: three, fails, rules: { requestRetry: 1 } })).toEqual(['a', 'b', 'c', 'wait 100', 'b']);
  });

  it("respect a credential's own number", () => {
    const candidates = [candidate('a', { requestRetry: 0 }), candidate('b', { requestRetry: 2 })];
    const fails = { a: busy(9), b: busy(9) };
    expect(run({ candidates, fails })).toEqual(['a', 'b', 'wait 100', 'b', 'wait 200', 'b', 'stop']);
  });

  it('wait for the first that recovers, where that is soon enough', () => {
    const onFailure = ({ scope }: Candidate, state: TestState, nowMs: number): void => {
      state.records.set(scope, recordOf({ scope, untilMs: nowMs + 4_000, sinceMs: nowMs }));
      state.probes.add(scope);
    };
    const script: Script = { candidates: [candidate('a')], fails: { a: ['upstream_rate_limited'] }, onFailure };
    const rules = { requestRetry: 1, maxRetryIntervalMs: 4_000 };
    expect(run({ ...script, rules })).toEqual(['a', 'wait 4000', 'a']);
    expect(run({ ...script, rules: { ...rules, maxRetryIntervalMs: 3_999 } })).toEqual(['a', 'outage 4000']);
    expect(run({ ...script, rules: { requestRetry: 1 } })).toEqual(['a', 'outage 4000']);
    expect(run({ ...script, rules, deadlineAtMs: 4_000 })).toEqual(['a', 'outage 4000']);
  });

  it('wait for recovery too when nothing could be tried at all', () => {
    const state = stateOf();
    state.records.set('a', recordOf({ scope: 'a', untilMs: 500 }));
    state.probes.add('a');
    const script = { candidates: [candidate('a')], fails: {}, state };
    expect(run(script)).toEqual(['outage 500']);
    expect(run({ ...script, rules: { requestRetry: 1, maxRetryIntervalMs: 1_000 } })).toEqual(['wait 500', 'a']);
  });

  it('end at the deadline', () => {
    const script = { candidates: [candidate('a')], fails: { a: busy(9) }, rules: { requestRetry: 9 } };
    expect(run({ ...script, deadlineAtMs: 350 })).toEqual(['a', 'wait 100', 'a', 'wait 200', 'a', 'stop']);
  });

  it('are spaced by a doubling, bounded, half random pause', () => {
    expect([1, 2, 3, 9].map((round) => roundPauseMs(round, 0))).toEqual([100, 200, 400, 1_000]);
    expect([1, 9].map((round) => roundPauseMs(round, 1))).toEqual([200, 2_000]);
    expect(worthAnotherRound('upstream_rate_limited')).toBe(true);
  });
});

describe('a request too long for a model', () => {
  const small = candidate('small', { model: 's', contextLength: 8_000 });
  const same = candidate('same', { model: 's', contextLength: 8_000 });
  const untold = candidate('untold', { model: 'u' });
  const large = candidate('large', { model: 'l', contextLength: 200_000 });

  it('goes on to larger windows only, in all rounds', () => {
    const fails: Script['fails'] = { small: ['upstream_context_length'], large: busy(1) };
    const candidates = [small, same, untold, large];
    expect(run({ candidates, fails, rules: { requestRetry: 1 } })).toEqual(['small', 'large', 'wait 100', 'large']);
  });

  it('is answered with the error where there is none', () => {
    const fails: Script['fails'] = { small: ['upstream_context_length'] };
    expect(run({ candidates: [small, same, untold], fails, rules: { requestRetry: 1 } })).toEqual(['small', 'stop']);
  });

  it('goes to any known window of another model where nobody knows the failed one', () => {
    expect(afterContextLength(untold, [untold, small, large]).map(({ model }) => model)).toEqual(['s', 'l']);
  });
});

describe("a provider's content filter", () => {
  it('is not asked again with the same model', () => {
    const fails: Script['fails'] = { a: ['upstream_content_filter'] };
    const candidates = [candidate('a'), candidate('b'), candidate('c', { model: 'other' })];
    expect(run({ candidates, fails })).toEqual(['a', 'c']);
    expect(run({ candidates: candidates.slice(0, 2), fails, rules: { requestRetry: 2 } })).toEqual(['a', 'stop']);
  });
});

describe('recovery', () => {
  const [first, second] = [candidate('a'), candidate('b')];
  const planOf = (...failed: readonly Candidate[]) =>
    failed.reduce(
      (plan, one) => afterAttempt(plan, { candidate: one, code: 'upstream_rate_limited' }),
      startAttempts({ candidates: failed }),
    );

  const heldUntil = (untilMs: Readonly<Record<string, number>>): TestState => {
    const state = stateOf();
    for (const [id, until] of Object.entries(untilMs)) {
      state.records.set(scopeOf(id), recordOf({ scope: scopeOf(id), untilMs: until }));
    }
    return state;
  };

  it('is when the first of the candidates that failed is asked again', () => {
    const state = heldUntil({ a: 900, b: 700 });
    expect(recoversAtMs(planOf(first, second), { state, nowMs: 100 })).toBe(700);
    expect(recoversAtMs(planOf(first), { state, nowMs: 100 })).toBe(900);
  });

  it('is now where nothing holds one of them back, or nothing failed', () => {
    const state = heldUntil({ a: 900 });
    expect(recoversAtMs(planOf(first, second), { state, nowMs: 100 })).toBeUndefined();
    expect(recoversAtMs(planOf(), { state, nowMs: 100 })).toBeUndefined();
    expect(recoversAtMs(planOf(first), { state, nowMs: 900 })).toBeUndefined();
  });
});

describe('the plan', () => {
  it('is not changed by a step', () => {
    const plan = startAttempts({ candidates: three });
    const ask: AttemptAsk = {
      rules: { requestRetry: 0, maxRetryCredentials: 0 },
      state: stateOf(),
      nowMs: 0,
      deadlineAtMs: 1,
      random: () => 0,
      choose: () => ({ candidates: [] }),
    };
    nextAttempt(plan, ask);
    expect(plan).toEqual(startAttempts({ candidates: three }));
    expect(nextAttempt(plan, { ...ask, nowMs: 1 }).type).toBe('stop');
  });

  it('does not leave the scopes of its failures behind', () => {
    const first = three[0] ?? candidate('a');
    const plan = afterAttempt(startAttempts({ candidates: three }), { candidate: first, code: 'upstream_timeout' });
    expect([...plan.failures.keys()]).toEqual([scopeOf('a')]);
  });
});
