import { DIALECT_IDS, OPERATIONS, type Usage } from '@switchyard/canonical';
import type { AttemptEnd } from '@switchyard/wire';
import fc from 'fast-check';

import type { AttemptRecord } from '../dispatch/attempt-record.js';
import { requestRecord, type LoggedContext, type RequestOutcome } from './request-record.js';

const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('"', '\\', 'line\nfeed', '\u2028', '\ud800'));
const anyCount = fc.oneof(fc.nat(), fc.constant(Number.POSITIVE_INFINITY));
const anyTime = fc.double({ min: 0, max: 1e7, noNaN: true });
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });

const anyUsage: fc.Arbitrary<Usage> = fc.record({
  inputUncached: anyCount,
  cacheRead: anyCount,
  cacheWrite5m: anyCount,
  cacheWrite1h: anyCount,
  output: anyCount,
  reasoning: maybe(anyCount),
  audioInput: maybe(anyCount),
  audioOutput: maybe(anyCount),
  raw: maybe(fc.constant({ secret: 'of the provider' })),
});

const anyAttempt: fc.Arbitrary<AttemptRecord> = fc.record({
  provider: anyText,
  credential: anyText,
  model: anyText,
  outcome: fc.constantFrom('success', 'error', 'cancelled'),
  errorCode: maybe(fc.constantFrom('upstream_timeout', 'worker_lost')),
  upstreamStatus: maybe(anyCount),
  durationMs: anyTime,
  waitedMs: anyTime,
  usage: maybe(anyUsage),
  isUsageEstimated: maybe(fc.boolean()),
  costMicros: maybe(anyCount),
});

const anyEnd: fc.Arbitrary<AttemptEnd> = fc.record({
  outcome: fc.constantFrom('success', 'error'),
  usage: maybe(anyUsage),
  finish: maybe(fc.record({ reason: fc.constantFrom('stop', 'length') })),
  answeredModel: maybe(anyText),
  dropped: fc.array(anyText),
  timings: fc.constant({ preparedMs: 1, totalMs: 2 }),
});

function callerOf(tenant: string, keyId: string): LoggedContext['caller'] {
  return {
    key: { id: keyId, hash: 'the hash', tenantId: 't' },
    view: {
      tenant: { id: 't', name: tenant, prefixes: [], shared: true, aliases: [] },
      aliases: new Map(),
      byPrefix: new Map(),
      bare: [],
    },
  };
}

const anyContext: fc.Arbitrary<LoggedContext> = fc.record({
  requestId: anyText,
  surface: fc.record({
    path: fc.constant('/v1'),
    dialect: fc.constantFrom(...DIALECT_IDS),
    operation: fc.constantFrom(...OPERATIONS),
  }),
  span: fc.constant({ traceId: 'a'.repeat(32) }),
  caller: maybe(fc.tuple(anyText, anyText).map(([tenant, key]) => callerOf(tenant, key))),
  facts: maybe(fc.record({ model: anyText, stream: fc.boolean(), conversation: fc.constant({}) })),
  attempts: fc.array(anyAttempt, { maxLength: 3 }),
  receivedAtMs: anyTime,
  firstByteAtMs: maybe(anyTime),
  bodyBytes: maybe(anyCount),
  snapshotVersion: maybe(anyCount),
});

const anyOutcome: fc.Arbitrary<RequestOutcome> = fc.record({
  status: fc.nat(),
  errorCode: maybe(anyText),
  end: maybe(anyEnd),
  bytesWritten: fc.nat(),
});

/** The same record as an object. */
function expected(context: LoggedContext, { end, ...outcome }: RequestOutcome, nowMs: number): object {
  const { raw: _raw, ...usage } = end?.usage ?? {};
  const sinceMs = (ms: number): number => rounded(ms - context.receivedAtMs);
  return {
    requestId: context.requestId,
    traceId: context.span.traceId,
    tenant: context.caller?.view.tenant.name,
    keyId: context.caller?.key.id,
    dialect: context.surface.dialect,
    operation: context.surface.operation,
    model: context.facts?.model,
    stream: context.facts?.stream,
    status: outcome.status,
    errorCode: outcome.errorCode,
    attempts: context.attempts.map(({ usage: _usage, ...attempt }) => ({
      ...attempt,
      durationMs: rounded(attempt.durationMs),
      waitedMs: rounded(attempt.waitedMs),
    })),
    answeredModel: end?.answeredModel,
    finish: end?.finish?.reason,
    usage: end?.usage === undefined ? undefined : usage,
    dropped: end === undefined || end.dropped.length === 0 ? undefined : end.dropped,
    durationMs: sinceMs(nowMs),
    firstByteMs: context.firstByteAtMs === undefined ? undefined : sinceMs(context.firstByteAtMs),
    bytesIn: context.bodyBytes,
    bytesOut: outcome.bytesWritten,
    snapshot: context.snapshotVersion,
  };
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}

describe('the record of a request', () => {
  it('is what JSON.stringify would write, whatever is in it', () => {
    fc.assert(
      fc.property(anyContext, anyOutcome, anyTime, (context, outcome, nowMs) => {
        expect(`{${requestRecord(context, outcome, nowMs)}}`).toBe(JSON.stringify(expected(context, outcome, nowMs)));
      }),
    );
  });
});
