import type { ErrorCode } from '@switchyard/canonical';
import { candidateOf, LoadBook, PriceBook, Turns, type Candidate, type RoutingState } from '@switchyard/routing';
import {
  Cancellation,
  failedEnd,
  type AttemptEnd,
  type AttemptSignal,
  type RescueState,
  type Resume,
} from '@switchyard/wire';

import { dispatch, type AttemptTask, type DispatchJob } from './dispatch.js';

const SUCCESS: AttemptEnd = { outcome: 'success', dropped: [], timings: { preparedMs: 1, totalMs: 3 } };
const CANCELLED: AttemptEnd = { ...SUCCESS, outcome: 'cancelled' };
const STATE: RescueState = { hasToolCalls: false, isStructured: false, state: 'so far' };

function candidate(id: string): Candidate {
  return candidateOf({
    credential: {
      id,
      provider: 'p',
      priority: 0,
      models: [],
      discovered: [],
      nativeModels: [],
      excludedModels: [],
    },
    model: 'm',
  });
}

function failure(code: ErrorCode, rescue?: RescueState): AttemptEnd {
  return { ...failedEnd({ code, message: code, status: 500 }), rescue };
}

const WELL: RoutingState = {
  health: () => undefined,
  headroom: () => undefined,
  takeProbe: () => true,
  loads: new LoadBook(),
  turns: new Turns(),
  prices: new PriceBook(),
  replicas: 1,
};

/** What one attempt does: it may write content, then wait, then end. */
interface Act {
  readonly end: AttemptEnd;
  readonly content?: string;
  /** Waits for this, or for being cancelled, before its content. */
  readonly after?: Promise<unknown>;
}

interface Script {
  /** What each credential does, one entry an attempt; an end alone is an act without content. */
  readonly answers: Readonly<Record<string, readonly (Act | AttemptEnd)[]>>;
  readonly requestRetry?: number;
  readonly hedging?: DispatchJob['hedging'];
  readonly canPrefill?: readonly string[];
  readonly isRescueWanted?: boolean;
  readonly onAttempt?: (abort: () => void) => void;
  /** What waits for a late answer waits for this; pauses between rounds do not wait at all. */
  readonly late?: Promise<unknown>;
}

interface Played {
  readonly end: AttemptEnd;
  /** Credentials in the order in which they were tried, with how they resumed. */
  readonly tried: string;
  readonly pauses: number;
  /** What the client received. */
  readonly text: string;
  /** Whose head the client saw. */
  readonly heads: readonly string[];
  /** Attempts that were cancelled under way. */
  readonly cancelled: readonly string[];
}

async function run(script: Script): Promise<Played> {
  const tried: string[] = [];
  const counts = new Map<string, number>();
  const heads: string[] = [];
  const cancelled: string[] = [];
  const ended = new Cancellation();
  let pauses = 0;
  let text = '';
  const reply = {
    committed: false,
    bytesWritten: 0,
    head: () => {
      reply.committed = true;
    },
    data: (chunk: Buffer) => {
      reply.bytesWritten += chunk.length;
      text += chunk.toString();
      return undefined;
    },
  };
  const perform = async ({ credential: { id } }: Candidate, task: AttemptTask): Promise<AttemptEnd> => {
    const before = counts.get(id) ?? 0;
    counts.set(id, before + 1);
    tried.push(id + howOf(task.resume));
    script.onAttempt?.(() => ended.abort(new Error('gone')));
    const act = actOf(script.answers[id]?.[before] ?? failure('internal'));
    if (act.after !== undefined) await Promise.race([act.after, aborted(task.signal)]);
    if (task.signal.aborted) {
      cancelled.push(id);
      return CANCELLED;
    }
    if (act.content !== undefined) {
      if (task.resume === undefined) task.reply.head({ status: 200, headers: {} });
      await task.reply.data(Buffer.from(act.content));
    }
    return act.end;
  };
  const candidates = Object.keys(script.answers).map(candidate);
  const end = await dispatch({
    choice: { candidates },
    choose: (exclude) => ({ candidates: candidates.filter(({ scope }) => !exclude.has(scope)) }),
    rules: { requestRetry: script.requestRetry ?? 0, maxRetryCredentials: 0 },
    state: WELL,
    model: 'm',
    reply,
    signal: ended,
    hedging: script.hedging,
    rescue: {
      isWanted: script.isRescueWanted ?? true,
      canPrefill: ({ credential }) => script.canPrefill?.includes(credential.id) === true,
    },
    perform,
    onCommit: ({ credential }) => heads.push(credential.id),
    nowMs: () => 0,
    deadlineAtMs: 60_000,
    random: () => 0.5,
    sleep: async () => {
      pauses += 1;
      await script.late;
    },
  });
  return { end, tried: tried.join(' '), pauses, text, heads, cancelled };
}

function actOf(scripted: Act | AttemptEnd): Act {
  return 'end' in scripted ? scripted : { end: scripted };
}

function howOf(resume: Resume | undefined): string {
  return resume === undefined ? '' : `:${resume.how}`;
}

function aborted(signal: AttemptSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

describe('dispatch', () => {
  it.each<ErrorCode>([
    'upstream_rate_limited',
    'upstream_overloaded',
    'upstream_server_error',
    'upstream_network_error',
    'upstream_timeout',
    'upstream_truncated',
    'upstream_malformed',
    'upstream_auth_failed',
    'upstream_model_not_found',
  ])('goes on to the next candidate after %s', async (code) => {
    expect(await run({ answers: { a: [failure(code)], b: [SUCCESS] } })).toMatchObject({ end: SUCCESS, tried: 'a b' });
  });

  it.each<ErrorCode>([
    'upstream_invalid_request',
    'upstream_context_length',
    'upstream_content_filter',
    'untranslatable_field',
    'internal',
  ])('does not rotate after %s', async (code) => {
    const { end, tried } = await run({ answers: { a: [failure(code)], b: [SUCCESS] } });
    expect([end.error?.code, tried]).toEqual([code, 'a']);
  });

  it('asks the same candidate again when the worker that asked it was lost', async () => {
    expect(await run({ answers: { a: [failure('worker_lost'), SUCCESS], b: [] } })).toMatchObject({
      end: SUCCESS,
      tried: 'a a',
    });
  });

  it('stays with an attempt whose content the client has seen', async () => {
    const broken = { content: 'Hel', end: failure('upstream_truncated') };
    const { end, tried, text } = await run({ answers: { a: [broken], b: [SUCCESS] } });
    expect([end.error?.code, tried, text]).toEqual(['upstream_truncated', 'a', 'Hel']);
  });

  it('passes again over what may recover, with a pause, and not over a refused account', async () => {
    const answers = {
      refused: [failure('upstream_auth_failed'), SUCCESS],
      busy: [failure('upstream_rate_limited'), SUCCESS],
    };
    expect(await run({ answers, requestRetry: 2 })).toMatchObject({
      end: SUCCESS,
      tried: 'refused busy busy',
      pauses: 1,
    });
  });

  it('refuses, and says why, where every candidate is out of use', async () => {
    const outage = {
      recoversAtMs: 3_000,
      credentials: [
        {
          credentialId: 'c',
          provider: 'p',
          model: 'm',
          state: 'cooling',
          code: 'upstream_rate_limited',
          untilMs: 3_000,
        },
      ],
    } as const;
    const job = dispatch({ ...IDLE, choice: { candidates: [], outage } });
    await expect(job).rejects.toMatchObject({ code: 'all_cooling', status: 429, retryAfterMs: 3_000 });
  });

  it('says that a name does not exist where no upstream knows it', async () => {
    const parked = { credentialId: 'c', provider: 'p', model: 'm', state: 'parked', untilMs: 3_000 } as const;
    const outage = { recoversAtMs: 3_000, credentials: [{ ...parked, code: 'upstream_model_not_found' }] } as const;
    const job = dispatch({ ...IDLE, choice: { candidates: [], outage } });
    await expect(job).rejects.toMatchObject({ code: 'upstream_model_not_found', status: 404 });
  });

  it('answers with the failure that tells most when nothing helped', async () => {
    const { end, tried } = await run({
      answers: { a: [failure('upstream_timeout')], b: [failure('upstream_rate_limited')] },
    });
    expect([end.error?.code, tried]).toEqual(['upstream_rate_limited', 'a b']);
  });

  it('makes no further attempt once the client has left', async () => {
    const { tried } = await run({
      answers: { a: [failure('upstream_timeout')], b: [SUCCESS] },
      onAttempt: (abort) => abort(),
    });
    expect(tried).toBe('a');
  });
});

const IDLE: DispatchJob = {
  choice: { candidates: [] },
  choose: () => ({ candidates: [] }),
  rules: { requestRetry: 0, maxRetryCredentials: 0 },
  state: WELL,
  model: 'm',
  reply: { committed: false, bytesWritten: 0, head: () => {}, data: () => undefined },
  signal: new Cancellation(),
  rescue: { isWanted: false, canPrefill: () => false },
  perform: async () => SUCCESS,
  onCommit: () => {},
  nowMs: () => 0,
  deadlineAtMs: 60_000,
  random: () => 0.5,
  sleep: async () => {},
};

describe('a hedged request', () => {
  const never = new Promise<never>(() => {});
  const allowed = { afterMs: 100, spend: () => true };

  it('is answered by the second attempt where the first is late, and the first is cancelled', async () => {
    const played = await run({
      answers: { a: [{ after: never, content: 'slow', end: SUCCESS }], b: [{ content: 'quick', end: SUCCESS }] },
      hedging: allowed,
    });
    expect(played).toMatchObject({ end: SUCCESS, tried: 'a b', text: 'quick', heads: ['b'], cancelled: ['a'] });
  });

  it('is answered by the first where it is faster after all, and nothing of the second reaches the client', async () => {
    const gate = Promise.withResolvers<void>();
    const played = await run({
      answers: {
        a: [{ after: gate.promise, content: 'first', end: SUCCESS }],
        b: [{ after: never, content: 'second', end: SUCCESS }],
      },
      hedging: { afterMs: 100, spend: () => (setImmediate(gate.resolve), true) },
    });
    expect(played).toMatchObject({ end: SUCCESS, text: 'first', heads: ['a'], cancelled: ['b'] });
  });

  it('sends nothing more where no extra call is earned', async () => {
    const gate = Promise.withResolvers<void>();
    const played = await run({
      answers: { a: [{ after: gate.promise, content: 'first', end: SUCCESS }], b: [SUCCESS] },
      hedging: { afterMs: 100, spend: () => (setImmediate(gate.resolve), false) },
    });
    expect(played).toMatchObject({ end: SUCCESS, tried: 'a', text: 'first' });
  });

  it('waits for the other where one of the two fails', async () => {
    const gate = Promise.withResolvers<void>();
    const played = await run({
      answers: {
        a: [{ after: gate.promise, content: 'late', end: SUCCESS }],
        b: [{ after: Promise.resolve(setImmediate(gate.resolve)), end: failure('upstream_overloaded') }],
      },
      hedging: allowed,
    });
    expect(played).toMatchObject({ end: SUCCESS, tried: 'a b', text: 'late', heads: ['a'] });
  });

  it('goes on to a third where both fail', async () => {
    const played = await run({
      answers: {
        a: [{ after: Promise.resolve(), end: failure('upstream_overloaded') }],
        b: [failure('upstream_overloaded')],
        c: [{ content: 'third', end: SUCCESS }],
      },
      hedging: allowed,
    });
    expect(played).toMatchObject({ end: SUCCESS, text: 'third', heads: ['c'] });
  });

  it('does not hedge an attempt that is over in time', async () => {
    const played = await run({
      answers: { a: [{ content: 'x', end: SUCCESS }], b: [SUCCESS] },
      hedging: allowed,
      late: never,
    });
    expect(played).toMatchObject({ tried: 'a', text: 'x' });
  });
});

describe('a stream that dies after content', () => {
  const broken = { content: 'Hel', end: failure('upstream_truncated', STATE) };

  it('is gone on with by the start of its answer where the next candidate can take it', async () => {
    const answers = { a: [broken], b: [{ content: 'lo', end: SUCCESS }] };
    const played = await run({ answers, canPrefill: ['b'] });
    expect(played).toMatchObject({ end: SUCCESS, tried: 'a b:prefill', text: 'Hello', heads: ['a'] });
  });

  it('is asked for again where it cannot', async () => {
    const played = await run({ answers: { a: [broken], b: [{ content: 'lo', end: SUCCESS }] } });
    expect(played).toMatchObject({ end: SUCCESS, tried: 'a b:replay', text: 'Hello' });
  });

  it('is asked for again where the start is refused', async () => {
    const answers = { a: [broken], b: [failure('upstream_invalid_request'), { content: 'lo', end: SUCCESS }] };
    const played = await run({ answers, canPrefill: ['b'] });
    expect(played).toMatchObject({ end: SUCCESS, tried: 'a b:prefill b:replay', text: 'Hello' });
  });

  it('goes on from candidate to candidate, each from where the last one stopped', async () => {
    const answers = {
      a: [broken],
      b: [{ content: 'l', end: failure('upstream_truncated', STATE) }],
      c: [failure('rescue_diverged')],
      d: [{ content: 'o', end: SUCCESS }],
    };
    const played = await run({ answers });
    expect(played).toMatchObject({ end: SUCCESS, tried: 'a b:replay c:replay d:replay', text: 'Hello' });
  });

  it('is an untold error where nobody goes on with it', async () => {
    const { end, text } = await run({ answers: { a: [broken], b: [failure('upstream_invalid_request')] } });
    expect([end.error?.code, end.rescue, text]).toEqual(['upstream_truncated', STATE, 'Hel']);
  });

  it.each([
    ['tool calls', { ...STATE, hasToolCalls: true }],
    ['JSON', { ...STATE, isStructured: true }],
  ])('is never put together from two answers where it has %s', async (_name, state) => {
    const half = { content: 'Hel', end: failure('upstream_truncated', state) };
    const { end, tried } = await run({ answers: { a: [half], b: [{ content: 'lo', end: SUCCESS }] } });
    expect([end.error?.code, end.rescue, tried]).toEqual(['upstream_truncated', state, 'a']);
  });

  it('is left alone where the operator or the client wants that', async () => {
    const answers = { a: [broken], b: [{ content: 'lo', end: SUCCESS }] };
    expect(await run({ answers, isRescueWanted: false })).toMatchObject({ tried: 'a', text: 'Hel' });
  });
});
