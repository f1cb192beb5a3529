import { GatewayError, type Finish, type Headroom, type Quota, type Usage } from '@switchyard/canonical';

import { type AttemptEnd, type AttemptTimings, failedEnd } from '../attempt.js';
import { MAX_PAYLOAD_BYTES } from '../frame/frame-type.js';
import { describeIssues, FINISH_REASONS, misfortuneSchema } from '../schema.js';
import { Misunderstood, PayloadReader } from './payload-reader.js';
import { PayloadWriter } from './payload-writer.js';

const OUTCOMES: ReadonlyMap<string, AttemptEnd['outcome']> = new Map(
  (['success', 'error', 'cancelled'] as const).map((outcome) => [outcome, outcome]),
);
const REASONS: ReadonlyMap<string, Finish['reason']> = new Map(FINISH_REASONS.map((reason) => [reason, reason]));

const writer = new PayloadWriter();

/**
 * An attempt's end as a payload that fits a frame. A longer one loses first what only repeats the upstream's bytes (the
 * error's ready-made answer, the raw usage) and then its word for everything else. A short one is good until the next is
 * encoded: a frame takes it by copy.
 */
export function encodeEnd(end: AttemptEnd): Buffer {
  const whole = encodeWhole(end);
  if (whole.length <= MAX_PAYLOAD_BYTES) return whole;
  const withoutBytes = encodeWhole({
    ...end,
    error: end.error && { ...end.error, answer: undefined },
    usage: end.usage && { ...end.usage, raw: undefined },
  });
  if (withoutBytes.length <= MAX_PAYLOAD_BYTES) return withoutBytes;
  const tooLong = new GatewayError('internal', `the worker's report of ${whole.length} bytes does not fit the wire`);
  return encodeWhole({ ...failedEnd(tooLong.toData()), timings: end.timings });
}

function encodeWhole(end: AttemptEnd): Buffer {
  const { error, rescue, timings } = end;
  writer
    .begin()
    .string(end.outcome)
    .number(timings.preparedMs)
    .number(timings.headersMs)
    .number(timings.firstContentMs)
    .number(timings.totalMs)
    .number(end.upstreamStatus)
    .flag(end.isUsageEstimated)
    .string(end.answeredModel)
    .strings(end.dropped)
    .json(error === undefined && rescue === undefined ? undefined : { error, rescue });
  writeUsage(end.usage);
  writeFinish(end.finish);
  writeHeadroom(end.headroom);
  return writer.finish();
}

/** Throws a WireProtocolError where the bytes are no payload. */
export function decodeEnd(payload: Buffer): AttemptEnd | Misunderstood {
  const reader = new PayloadReader(payload);
  const outcome = OUTCOMES.get(reader.string('outcome'));
  const timings = readTimings(reader);
  const upstreamStatus = reader.optionalNumber('upstreamStatus');
  const isUsageEstimated = reader.optionalFlag();
  const answeredModel = reader.optionalString();
  const dropped = reader.strings('dropped');
  const misfortune = reader.json();
  const usage = readUsage(reader);
  const finish = readFinish(reader);
  const headroom = readHeadroom(reader);
  if (outcome === undefined) return new Misunderstood('outcome');
  if (reader.problem !== undefined) return new Misunderstood(reader.problem);
  if (misfortune === undefined) {
    return { outcome, upstreamStatus, usage, isUsageEstimated, finish, headroom, answeredModel, dropped, timings };
  }
  const parsed = misfortuneSchema.safeParse(misfortune);
  if (!parsed.success) return new Misunderstood(describeIssues(parsed.error));
  const { error, rescue } = parsed.data;
  return {
    outcome,
    error,
    upstreamStatus,
    usage,
    isUsageEstimated,
    finish,
    headroom,
    answeredModel,
    dropped,
    timings,
    rescue,
  };
}

function readTimings(reader: PayloadReader): AttemptTimings {
  return {
    preparedMs: reader.number('timings.preparedMs'),
    headersMs: reader.optionalNumber('timings.headersMs'),
    firstContentMs: reader.optionalNumber('timings.firstContentMs'),
    totalMs: reader.number('timings.totalMs'),
  };
}

function writeUsage(usage: Usage | undefined): void {
  writer.flag(usage !== undefined);
  if (usage === undefined) return;
  writer
    .number(usage.inputUncached)
    .number(usage.cacheRead)
    .number(usage.cacheWrite5m)
    .number(usage.cacheWrite1h)
    .number(usage.output)
    .number(usage.reasoning)
    .number(usage.audioInput)
    .number(usage.audioOutput)
    .json(usage.raw);
}

function readUsage(reader: PayloadReader): Usage | undefined {
  if (reader.optionalFlag() !== true) return undefined;
  return {
    inputUncached: reader.number('usage.inputUncached'),
    cacheRead: reader.number('usage.cacheRead'),
    cacheWrite5m: reader.number('usage.cacheWrite5m'),
    cacheWrite1h: reader.number('usage.cacheWrite1h'),
    output: reader.number('usage.output'),
    reasoning: reader.optionalNumber('usage.reasoning'),
    audioInput: reader.optionalNumber('usage.audioInput'),
    audioOutput: reader.optionalNumber('usage.audioOutput'),
    raw: reader.record('usage.raw'),
  };
}

function writeFinish(finish: Finish | undefined): void {
  writer.string(finish?.reason);
  if (finish !== undefined) writer.string(finish.raw).string(finish.stopSequence);
}

/** A newer worker may know reasons that we do not. */
function readFinish(reader: PayloadReader): Finish | undefined {
  const reason = reader.optionalString();
  if (reason === undefined) return undefined;
  return {
    reason: REASONS.get(reason) ?? 'other',
    raw: reader.optionalString(),
    stopSequence: reader.optionalString(),
  };
}

function writeHeadroom(headroom: Headroom | undefined): void {
  writer.number(headroom?.observedAtMs);
  if (headroom === undefined) return;
  for (const quota of [headroom.requests, headroom.tokens, headroom.inputTokens, headroom.outputTokens]) {
    writer.number(quota?.remaining);
    if (quota !== undefined) writer.number(quota.limit).number(quota.resetAtMs);
  }
}

function readHeadroom(reader: PayloadReader): Headroom | undefined {
  const observedAtMs = reader.optionalNumber('headroom.observedAtMs');
  if (observedAtMs === undefined) return undefined;
  return {
    requests: readQuota(reader),
    tokens: readQuota(reader),
    inputTokens: readQuota(reader),
    outputTokens: readQuota(reader),
    observedAtMs,
  };
}

function readQuota(reader: PayloadReader): Quota | undefined {
  const remaining = reader.optionalNumber('headroom.remaining');
  if (remaining === undefined) return undefined;
  return {
    remaining,
    limit: reader.optionalNumber('headroom.limit'),
    resetAtMs: reader.optionalNumber('headroom.resetAtMs'),
  };
}
