import { afterFailure, afterSuccess, mergeRecords, type HealthFailure, type HealthRecord } from '@switchyard/routing';
import { testRedis } from '@switchyard/testkit';
import fc from 'fast-check';
import { Redis } from 'ioredis';

import { decodeRecord, encodeRecord } from './health-codec.js';
import { TRANSITIONS } from './health-scripts.js';

const RUNS = process.env['SWITCHYARD_TEST_LONG'] === '1' ? 20_000 : 1000;

/** Runs a whole history in one go, and answers with the record after each step. */
const REPLAY = `${TRANSITIONS}
local record
local answers = {}
for i = 1, #ARGV, 7 do
  local kind, state, code, a, b, c, d = unpack(ARGV, i, i + 6)
  if kind == 'failed' then
    local failure = { state = state, code = code, hint = tonumber(a), base = tonumber(b), cap = tonumber(c) }
    record = afterFailure(record, failure, tonumber(d))
  elseif kind == 'succeeded' then
    record = afterSuccess(record, tonumber(d))
  else
    local apart = { state = state, code = code, since = tonumber(a), till = tonumber(b), level = tonumber(c) }
    record = merge(record, apart)
  end
  answers[#answers + 1] = record and encode(record) or ''
  record = decode(answers[#answers])
end
return answers`;

const START_MS = 1_790_000_000_000;
const SCOPE = 'credential|model';

type Step =
  | { readonly type: 'failed'; readonly failure: HealthFailure; readonly afterMs: number }
  | { readonly type: 'succeeded'; readonly agoMs: number; readonly afterMs: number }
  | { readonly type: 'merged'; readonly record: HealthRecord; readonly afterMs: number };

const stateOf = fc.constantFrom<HealthRecord['state']>('cooling', 'parked');
const codeOf = fc.constantFrom<HealthRecord['code']>(
  'upstream_rate_limited',
  'upstream_auth_failed',
  'upstream_timeout',
);
// Short waits beside long windows, and the other way round, so that a history meets open and passed windows alike.
const waitMs = fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 2_000_000 }));

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ type: fc.constant('failed' as const), afterMs: waitMs, failure: failures() }) },
    fc.record({ type: fc.constant('succeeded' as const), agoMs: waitMs, afterMs: waitMs }),
    fc.record({ type: fc.constant('merged' as const), afterMs: waitMs, record: records() }),
  ),
  { minLength: 1, maxLength: 30 },
);

function failures(): fc.Arbitrary<HealthFailure> {
  return fc.record({
    scope: fc.constant(SCOPE),
    state: stateOf,
    code: codeOf,
    hintMs: fc.option(waitMs, { nil: undefined }),
    baseMs: fc.integer({ min: 1, max: 300_000 }),
    capMs: fc.integer({ min: 1, max: 900_000 }),
  });
}

function records(): fc.Arbitrary<HealthRecord> {
  return fc.record({
    scope: fc.constant(SCOPE),
    state: stateOf,
    code: codeOf,
    sinceMs: waitMs.map((ms) => START_MS + ms),
    untilMs: waitMs.map((ms) => START_MS + ms),
    level: fc.integer({ min: 0, max: 40 }),
  });
}

/** The history as packages/routing tells it, and the same as arguments of the script. */
function replay(history: readonly Step[]): { readonly texts: string[]; readonly words: (string | number)[] } {
  const texts: string[] = [];
  const words: (string | number)[] = [];
  let record: HealthRecord | undefined;
  let nowMs = START_MS;
  for (const step of history) {
    nowMs += step.afterMs;
    if (step.type === 'failed') {
      const { state, code, hintMs, baseMs, capMs } = step.failure;
      record = afterFailure(record, step.failure, nowMs);
      words.push('failed', state, code, hintMs ?? '', baseMs, capMs, nowMs);
    } else if (step.type === 'succeeded') {
      record = afterSuccess(record, nowMs - step.agoMs);
      words.push('succeeded', '', '', '', '', '', nowMs - step.agoMs);
    } else {
      const { state, code, sinceMs, untilMs, level } = step.record;
      record = record === undefined ? step.record : mergeRecords(record, step.record);
      words.push('merged', state, code, sinceMs, untilMs, level, '');
    }
    texts.push(record === undefined ? '' : encodeRecord(record));
  }
  return { texts, words };
}

describe('the scripts of health', () => {
  let redis: Redis;

  beforeAll(async () => {
    redis = new Redis((await testRedis()).url);
  });

  afterAll(() => {
    redis.disconnect();
  });

  it('take every step as the pure functions do', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (history) => {
        const { texts, words } = replay(history);
        expect(await redis.eval(REPLAY, 0, ...words)).toEqual(texts);
      }),
      { numRuns: RUNS },
    );
  });

  it('read records as they were written', () => {
    fc.assert(
      fc.property(records(), (record) => {
        expect(decodeRecord(SCOPE, encodeRecord(record))).toEqual(record);
      }),
    );
  });
});
