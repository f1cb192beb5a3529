import type { Usage } from '@switchyard/canonical';
import type { AttemptEnd } from '@switchyard/wire';

import type { RequestContext } from '../accept/request-context.js';
import type { AttemptRecord } from '../dispatch/attempt-record.js';

export interface RequestOutcome {
  /** The status the client saw; 499 when it left before an answer. */
  readonly status: number;
  readonly end?: AttemptEnd | undefined;
  readonly errorCode?: string | undefined;
  readonly bytesWritten: number;
}

/** What the line tells of a request. */
export type LoggedContext = Pick<
  RequestContext,
  | 'requestId'
  | 'surface'
  | 'caller'
  | 'facts'
  | 'attempts'
  | 'receivedAtMs'
  | 'firstByteAtMs'
  | 'bodyBytes'
  | 'snapshotVersion'
> & { readonly span: Pick<RequestContext['span'], 'traceId'> };

/**
 * The one log line of a request, as JSON without its braces: ids, names, attempts, status and times; never a key, a prompt or
 * an answer. Put together by hand, since making the objects that `JSON.stringify` wants and writing them costs four times as
 * much. (docs/performance.md)
 */
export function requestRecord(context: LoggedContext, outcome: RequestOutcome, nowMs: number): string {
  const { caller, facts, surface, firstByteAtMs, receivedAtMs } = context;
  const { end } = outcome;
  const who =
    caller === undefined ? '' : `,"tenant":${quoted(caller.view.tenant.name)},"keyId":${quoted(caller.key.id)}`;
  const what = facts === undefined ? '' : `,"model":${quoted(facts.model)},"stream":${facts.stream}`;
  return (
    `"requestId":${JSON.stringify(context.requestId)},"traceId":"${context.span.traceId}"${who}` +
    `,"dialect":"${surface.dialect}","operation":"${surface.operation}"${what}` +
    `,"status":${outcome.status}${text('errorCode', outcome.errorCode)},"attempts":[${attempts(context.attempts)}]` +
    (end === undefined ? '' : endMembers(end)) +
    `,"durationMs":${rounded(nowMs - receivedAtMs)}` +
    (firstByteAtMs === undefined ? '' : `,"firstByteMs":${rounded(firstByteAtMs - receivedAtMs)}`) +
    `${count('bytesIn', context.bodyBytes)},"bytesOut":${outcome.bytesWritten}` +
    count('snapshot', context.snapshotVersion)
  );
}

function attempts(records: readonly AttemptRecord[]): string {
  const [only] = records;
  if (only !== undefined && records.length === 1) return attempt(only);
  return records.map(attempt).join(',');
}

function attempt(record: AttemptRecord): string {
  const { upstreamStatus, isUsageEstimated, costMicros } = record;
  return (
    `{"provider":${quoted(record.provider)},"credential":${quoted(record.credential)},"model":${quoted(record.model)}` +
    `,"outcome":"${record.outcome}"${text('errorCode', record.errorCode)}${count('upstreamStatus', upstreamStatus)}` +
    `,"durationMs":${rounded(record.durationMs)},"waitedMs":${rounded(record.waitedMs)}` +
    `${isUsageEstimated === undefined ? '' : `,"isUsageEstimated":${isUsageEstimated}`}${count('costMicros', costMicros)}}`
  );
}

function endMembers({ answeredModel, finish, usage, dropped }: AttemptEnd): string {
  return (
    text('answeredModel', answeredModel) +
    text('finish', finish?.reason) +
    (usage === undefined ? '' : `,"usage":${usageObject(usage)}`) +
    (dropped.length === 0 ? '' : `,"dropped":${JSON.stringify(dropped)}`)
  );
}

/** Without what the provider said itself, which may say anything. */
function usageObject(usage: Usage): string {
  return (
    `{"inputUncached":${number(usage.inputUncached)}${cached(usage)}` +
    `,"output":${number(usage.output)}${count('reasoning', usage.reasoning)}` +
    `${count('audioInput', usage.audioInput)}${count('audioOutput', usage.audioOutput)}}`
  );
}

function cached({ cacheRead, cacheWrite5m, cacheWrite1h }: Usage): string {
  if (cacheRead === 0 && cacheWrite5m === 0 && cacheWrite1h === 0) return NOTHING_CACHED;
  return `,"cacheRead":${number(cacheRead)},"cacheWrite5m":${number(cacheWrite5m)},"cacheWrite1h":${number(cacheWrite1h)}`;
}

const NOTHING_CACHED = ',"cacheRead":0,"cacheWrite5m":0,"cacheWrite1h":0';

function text(name: string, value: string | undefined): string {
  return value === undefined ? '' : `,"${name}":${quoted(value)}`;
}

function count(name: string, value: number | undefined): string {
  return value === undefined ? '' : `,"${name}":${number(value)}`;
}

// Names of tenants, keys, models and credentials come again and again.
const MOST_QUOTED = 2_048;
const LONGEST_QUOTED = 64;
const known = new Map<string, string>();

/** A text as JSON. */
function quoted(value: string): string {
  if (value.length > LONGEST_QUOTED) return JSON.stringify(value);
  let json = known.get(value);
  if (json !== undefined) return json;
  json = JSON.stringify(value);
  if (known.size >= MOST_QUOTED) known.clear();
  known.set(value, json);
  return json;
}

/** A provider's JSON may hold `1e999`, which is no number in ours. */
function number(value: number): string {
  return Number.isFinite(value) ? `${value}` : 'null';
}

const HUNDREDTHS: readonly string[] = Array.from({ length: 100 }, (_, count) => `${count / 100}`.slice(1));
const MOST_HUNDREDTHS = 1e9;

/**
 * Milliseconds to their hundredth, as `JSON.stringify` writes them. Two texts that are there already cost a third of finding the
 * digits of a fraction.
 */
function rounded(ms: number): string {
  const hundredths = Math.round(ms * 100);
  if (!(hundredths >= 0 && hundredths < MOST_HUNDREDTHS)) return `${hundredths / 100}`;
  const whole = Math.floor(hundredths / 100);
  return `${whole}${HUNDREDTHS[hundredths - whole * 100] ?? ''}`;
}
