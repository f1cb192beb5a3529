import type { Headroom } from '@switchyard/canonical';
import { FORGOTTEN_AFTER_MS, type HealthFailure, type HealthRecord } from '@switchyard/routing';

import type { RedisConnection } from '../redis/connect-redis.js';
import { decodeHeadroom, decodeRecord, encodeHeadroom } from './health-codec.js';
import { APPLY, BEAT, OBSERVE, READ, RESET, WIN } from './health-scripts.js';

/** What happened here and is to count everywhere; times by this process's clock. */
export type Report =
  | { readonly type: 'failed'; readonly scope: string; readonly failure: HealthFailure; readonly atMs: number }
  | { readonly type: 'succeeded'; readonly scope: string; readonly sentAtMs: number }
  /** A record that came about without Redis. */
  | { readonly type: 'merged'; readonly scope: string; readonly record: HealthRecord }
  /** The right to a probe was used. */
  | { readonly type: 'taken'; readonly scope: string };

/** What another replica, or this one, brought about. `seq` counts all messages. */
export type Message =
  | {
      readonly type: 'changes';
      readonly origin: string;
      readonly seq: number;
      readonly batch: number;
      readonly changes: readonly (readonly [scope: string, record: HealthRecord | undefined])[];
    }
  | { readonly type: 'reset'; readonly origin: string; readonly seq: number; readonly credentialId: string }
  | { readonly type: 'headroom'; readonly origin: string; readonly seq: number; readonly headrooms: Headrooms };

export type Headrooms = readonly (readonly [scope: string, headroom: Headroom])[];

/** Everything that is shared, at one moment. */
export interface SharedHealth {
  /** Another word than before: Redis has lost its memory. */
  readonly epoch: string;
  /** The messages up to this one are contained. */
  readonly seq: number;
  readonly records: ReadonlyMap<string, HealthRecord>;
  readonly headrooms: Headrooms;
}

/** What became of asking for the right to a probe. */
export type RightAnswer =
  | { readonly type: 'won' }
  /** Redis has no such record. */
  | { readonly type: 'unshared' }
  /** The window has not passed by Redis' clock, or another one has the right. */
  | { readonly type: 'early' | 'taken'; readonly waitMs: number };

export interface HealthCommandsOptions {
  readonly keyPrefix: string;
  /** Names this replica in its messages. */
  readonly origin: string;
  readonly maxScopes: number;
  readonly probeMs: number;
  readonly holdMs: number;
}

const HEADROOM_KEPT_MS = 3_600_000;

/** The scripts as functions. Each fails when Redis does not answer in time. */
export class HealthCommands {
  readonly channel: string;
  readonly #keys: Readonly<Record<'records' | 'probes' | 'headroom' | 'meta', string>>;
  readonly #options: HealthCommandsOptions;

  constructor(options: HealthCommandsOptions) {
    this.#options = options;
    // The braces are a hash tag: a Redis cluster keeps all of these on one node, as the scripts need.
    const tag = `{${options.keyPrefix}health}`;
    this.channel = `${tag}:changes`;
    this.#keys = {
      records: `${tag}:records`,
      probes: `${tag}:probes`,
      headroom: `${tag}:headroom`,
      meta: `${tag}:meta`,
    };
  }

  async apply(
    redis: RedisConnection,
    reports: readonly Report[],
    { batch, nowMs }: { batch: number; nowMs: number },
  ): Promise<void> {
    const { records, probes, meta } = this.#keys;
    const { origin, maxScopes, probeMs } = this.#options;
    const facts = [this.channel, origin, batch, nowMs, FORGOTTEN_AFTER_MS, maxScopes, probeMs];
    await APPLY.run(redis, [records, probes, meta], [...facts, ...reports.flatMap(reportArguments)]);
  }

  async observe(redis: RedisConnection, headrooms: Headrooms): Promise<void> {
    const facts = [this.channel, this.#options.origin, HEADROOM_KEPT_MS, this.#options.maxScopes];
    const observed = headrooms.flatMap(([scope, headroom]) => [scope, headroom.observedAtMs, encodeHeadroom(headroom)]);
    await OBSERVE.run(redis, [this.#keys.headroom, this.#keys.meta], [...facts, ...observed]);
  }

  async read(redis: RedisConnection, newEpoch: string): Promise<SharedHealth> {
    const { records, headroom, meta } = this.#keys;
    const answer = await READ.run(redis, [records, headroom, meta], [newEpoch, FORGOTTEN_AFTER_MS]);
    const [epoch, seq, recordTexts, headroomTexts] = listOf(answer);
    return {
      epoch: String(epoch),
      seq: Number(seq),
      records: new Map(
        pairsOf(listOf(recordTexts)).flatMap(([scope, text]) => entryOf(scope, decodeRecord(scope, text))),
      ),
      headrooms: pairsOf(listOf(headroomTexts)).flatMap(([scope, text]) => entryOf(scope, decodeHeadroom(text))),
    };
  }

  async win(redis: RedisConnection, scopes: readonly string[]): Promise<readonly RightAnswer[]> {
    const { records, probes } = this.#keys;
    const answer = await WIN.run(redis, [records, probes], [this.#options.holdMs, ...scopes]);
    return listOf(answer).map((text) => {
      const [type, waitMs] = String(text).split(' ');
      if (type === 'early' || type === 'taken') return { type, waitMs: Number(waitMs) };
      return { type: type === 'won' ? type : 'unshared' };
    });
  }

  /** Sends the number of the last message through Redis to a channel. */
  async beat(redis: RedisConnection, channel: string): Promise<void> {
    await BEAT.run(redis, [this.#keys.meta], [channel]);
  }

  async reset(redis: RedisConnection, credentialId: string): Promise<void> {
    const { records, probes, headroom, meta } = this.#keys;
    await RESET.run(redis, [records, probes, headroom, meta], [this.channel, this.#options.origin, credentialId]);
  }
}

/** Undefined for a message of a release that has other kinds. */
export function parseMessage(text: string): Message | undefined {
  const [type, origin, seq, ...rest] = listOf(JSON.parse(text));
  const head = { origin: String(origin), seq: Number(seq) };
  switch (type) {
    case 'changes': {
      const [batch, ...texts] = rest;
      const changes = pairsOf(texts).map(([scope, record]) => [scope, decodeRecord(scope, record)] as const);
      return { type, ...head, batch: Number(batch), changes };
    }
    case 'reset':
      return { type, ...head, credentialId: String(rest[0]) };
    case 'headroom':
      return { type, ...head, headrooms: pairsOf(rest).flatMap(([scope, at]) => entryOf(scope, decodeHeadroom(at))) };
    default:
      return undefined;
  }
}

function reportArguments(report: Report): readonly (string | number)[] {
  switch (report.type) {
    case 'failed': {
      const { state, code, hintMs, baseMs, capMs } = report.failure;
      return [report.type, report.scope, state, code, hintMs ?? '', baseMs, capMs, report.atMs];
    }
    case 'succeeded':
      return [report.type, report.scope, '', '', '', '', '', report.sentAtMs];
    case 'merged': {
      const { state, code, sinceMs, untilMs, level } = report.record;
      return [report.type, report.scope, state, code, sinceMs, untilMs, level, ''];
    }
    case 'taken':
      return [report.type, report.scope, '', '', '', '', '', ''];
  }
}

function entryOf<Value>(scope: string, value: Value | undefined): readonly (readonly [string, Value])[] {
  return value === undefined ? [] : [[scope, value]];
}

function pairsOf(flat: readonly unknown[]): readonly (readonly [string, string])[] {
  return Array.from({ length: flat.length >> 1 }, (_, index) => [String(flat[2 * index]), String(flat[2 * index + 1])]);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
