import { randomUUID } from 'node:crypto';

import type { Headroom } from '@switchyard/canonical';
import { afterFailure, afterSuccess, mergeRecords, type HealthFailure, type HealthRecord } from '@switchyard/routing';

import { HealthCommands, parseMessage, type Message, type SharedHealth } from './health-commands.js';
import { HealthLink } from './health-link.js';
import { HealthMemory, isOf } from './health-memory.js';
import { DEFAULT_MAX_SCOPES, DEFAULT_PROBE_MS, type HealthListener, type HealthStore } from './health-store.js';
import { ProbeKeeper } from './probe-keeper.js';
import { ReportOutbox } from './report-outbox.js';

export interface RedisHealthStoreOptions {
  readonly url: string;
  /** Lets several installations share a Redis. Default `switchyard:`. */
  readonly keyPrefix?: string | undefined;
  /** Scopes remembered at most, here and in Redis. Default 10,000. */
  readonly maxScopes?: number | undefined;
  /** A probe that tells nothing for so long may be sent again, in milliseconds. Default 30,000. */
  readonly probeMs?: number | undefined;
  /** How long a replica keeps the right to a probe that it does not use, in milliseconds. Default 3000. */
  readonly holdMs?: number | undefined;
  /** After this long without an answer Redis counts as away, in milliseconds. Default 1000. */
  readonly commandTimeoutMs?: number | undefined;
  /** False for who sends no requests: it must not win the rights to probes from those who do. Default true. */
  readonly probes?: boolean | undefined;
  /** Milliseconds since 1970. */
  now?(): number;
  /** Hears once of each outage; the connection comes back by itself. */
  onError?(error: Error): void;
}

const OBSERVE_EVERY_MS = 50;
const OBSERVED_AT_ONCE = 500;
const SWEEP_EVERY_MS = 60_000;

/** Shares health through Redis. Connects in the background; until then, and while Redis is away, it is on its own. */
export function createRedisHealthStore(options: RedisHealthStoreOptions): HealthStore {
  return new RedisHealthStore(options);
}

class RedisHealthStore implements HealthStore {
  readonly #origin = randomUUID();
  readonly #maxScopes: number;
  readonly #now: () => number;
  readonly #memory: HealthMemory;
  readonly #commands: HealthCommands;
  readonly #link: HealthLink<SharedHealth>;
  readonly #outbox: ReportOutbox;
  readonly #probes: ProbeKeeper;
  readonly #sweep: NodeJS.Timeout;
  /** Scopes with an observation that Redis has not been told. */
  readonly #observed = new Set<string>();
  #observeTimer: NodeJS.Timeout | undefined;
  /** Messages that came before everything was read. */
  #early: Message[] = [];
  #epoch: string | undefined;
  /** The last message that was heard. */
  #seq = 0;
  #isAlone = true;
  #isClosed = false;

  constructor(options: RedisHealthStoreOptions) {
    const { maxScopes = DEFAULT_MAX_SCOPES, probeMs = DEFAULT_PROBE_MS, holdMs = 3000, now = Date.now } = options;
    const onFailure = (error: unknown): void => this.#restart(error);
    const keyPrefix = options.keyPrefix ?? 'switchyard:';
    this.#maxScopes = maxScopes;
    this.#now = now;
    this.#commands = new HealthCommands({ keyPrefix, origin: this.#origin, maxScopes, probeMs, holdMs });
    this.#outbox = new ReportOutbox({
      maxScopes,
      now,
      onFailure,
      send: (reports, batch) => this.#commands.apply(this.#link.commands, reports, { batch, nowMs: now() }),
    });
    this.#probes = new ProbeKeeper({
      probeMs,
      holdMs,
      now,
      onFailure,
      win: (scopes) => this.#commands.win(this.#link.commands, scopes),
      onUnshared: (scope) => {
        const record = this.health(scope);
        if (record !== undefined) this.#outbox.add({ type: 'merged', scope, record });
      },
    });
    this.#memory = new HealthMemory(maxScopes);
    if (options.probes !== false) this.#memory.listen((scope, record) => this.#probes.follow(scope, record));
    this.#sweep = setInterval(() => this.#memory.sweep(now()), SWEEP_EVERY_MS).unref();
    this.#link = new HealthLink({
      url: options.url,
      channel: this.#commands.channel,
      commandTimeoutMs: options.commandTimeoutMs ?? 1000,
      onMessage: (text) => this.#hear(parseMessage(text)),
      beat: (channel) => this.#commands.beat(this.#link.commands, channel),
      onBeat: (text) => {
        if (!this.#isAlone) this.#isComplete(Number(text));
      },
      read: () => this.#commands.read(this.#link.commands, randomUUID()),
      onUp: (shared) => this.#join(shared),
      onDown: () => this.#part(),
      onError: options.onError,
    });
  }

  get isAlone(): boolean {
    return this.#isAlone;
  }

  get isJoining(): boolean {
    return this.#isAlone && !this.#link.hasFailed;
  }

  health(scope: string): HealthRecord | undefined {
    return this.#memory.records.get(scope);
  }

  unhealthy(): Iterable<HealthRecord> {
    return this.#memory.records.values();
  }

  get isBlank(): boolean {
    return this.#memory.isBlank;
  }

  headroom(scope: string): Headroom | undefined {
    return this.#memory.headrooms.get(scope);
  }

  failed(failure: HealthFailure): void {
    const { scope } = failure;
    const atMs = this.#now();
    this.#memory.set(scope, afterFailure(this.health(scope), failure, atMs));
    this.#outbox.add({ type: 'failed', scope, failure, atMs });
  }

  succeeded(scope: string, sentAtMs?: number): void {
    const record = this.health(scope);
    if (record === undefined) return;
    const sentMs = sentAtMs ?? this.#now();
    this.#memory.set(scope, afterSuccess(record, sentMs));
    this.#outbox.add({ type: 'succeeded', scope, sentAtMs: sentMs });
  }

  observe(scope: string, headroom: Headroom): void {
    if (!this.#memory.observe(scope, headroom, this.#now())) return;
    if (this.#observed.size < this.#maxScopes) this.#observed.add(scope);
    this.#observeSoon();
  }

  takeProbe(scope: string): boolean {
    const record = this.health(scope);
    if (record === undefined || this.#now() < record.untilMs) return false;
    const outcome = this.#probes.take(scope);
    if (outcome === 'taken') this.#outbox.add({ type: 'taken', scope });
    return outcome !== 'no';
  }

  async reset(credentialId: string): Promise<void> {
    if (this.#isAlone) throw new Error('Redis is away, so the other replicas cannot be told');
    // What is reported and not sent yet was before the reset, and must not come after it.
    const unsent = this.#outbox.forgetCredential(credentialId);
    try {
      await this.#commands.reset(this.#link.commands, credentialId);
    } catch (error) {
      for (const report of unsent) this.#outbox.add(report);
      throw error;
    }
    this.#forget(credentialId);
  }

  onChange(listener: HealthListener): void {
    this.#memory.listen(listener);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#isAlone = true;
    clearInterval(this.#sweep);
    clearTimeout(this.#observeTimer);
    this.#probes.part();
    this.#outbox.close();
    this.#link.close();
  }

  #observeSoon(): void {
    if (this.#isAlone || this.#observed.size === 0) return;
    this.#observeTimer ??= setTimeout(() => void this.#sendObserved(), OBSERVE_EVERY_MS);
  }

  async #sendObserved(): Promise<void> {
    const scopes = [...this.#observed].slice(0, OBSERVED_AT_ONCE);
    for (const scope of scopes) this.#observed.delete(scope);
    const headrooms = scopes.flatMap((scope) => {
      const headroom = this.headroom(scope);
      return headroom === undefined ? [] : [[scope, headroom] as const];
    });
    try {
      if (headrooms.length > 0) await this.#commands.observe(this.#link.commands, headrooms);
    } catch (error) {
      for (const scope of scopes) this.#observed.add(scope);
      this.#restart(error);
    }
    this.#observeTimer = undefined;
    this.#observeSoon();
  }

  #hear(message: Message | undefined): void {
    if (message === undefined || this.#isClosed) return;
    if (!this.#isAlone) {
      this.#apply(message);
      return;
    }
    this.#early.push(message);
    if (this.#early.length > this.#maxScopes) this.#restart(new Error('Redis tells more than it lets be read'));
  }

  /** A message that was lost on its way, or a Redis that was emptied, shows in the count. */
  #isComplete(seq: number): boolean {
    if (seq !== this.#seq) this.#restart(new Error('Redis did not deliver all messages on health'));
    return seq === this.#seq;
  }

  #apply(message: Message): void {
    // One that was contained in what was read may come in after it.
    if (this.#isAlone || message.seq <= this.#seq || !this.#isComplete(message.seq - 1)) return;
    this.#seq = message.seq;
    switch (message.type) {
      case 'changes': {
        const ownBatch = message.origin === this.#origin ? message.batch : undefined;
        for (const [scope, record] of message.changes) {
          if (this.#outbox.isNews(scope, ownBatch)) this.#memory.set(scope, record);
        }
        return;
      }
      case 'reset':
        this.#forget(message.credentialId);
        return;
      case 'headroom':
        if (message.origin === this.#origin) return;
        for (const [scope, headroom] of message.headrooms) this.#memory.observe(scope, headroom, this.#now());
    }
  }

  #forget(credentialId: string): void {
    this.#memory.forgetCredential(credentialId);
    this.#outbox.forgetCredential(credentialId);
    for (const scope of this.#observed) if (isOf(credentialId, scope)) this.#observed.delete(scope);
  }

  /** Redis answers (again): takes over what is shared, and adds what came about here without it. */
  #join(shared: SharedHealth): void {
    const hasForgotten = this.#epoch !== undefined && this.#epoch !== shared.epoch;
    this.#epoch = shared.epoch;
    this.#seq = shared.seq;
    this.#isAlone = false;
    this.#takeOverRecords(shared, { hasForgotten });
    for (const [scope, headroom] of shared.headrooms) this.#memory.observe(scope, headroom, this.#now());
    if (hasForgotten) for (const scope of this.#memory.headrooms.keys()) this.#observed.add(scope);
    this.#observeSoon();
    for (const message of this.#early.splice(0)) this.#apply(message);
    this.#probes.join();
  }

  #takeOverRecords({ records }: SharedHealth, { hasForgotten }: { readonly hasForgotten: boolean }): void {
    const apart = this.#outbox.join();
    // A copy: a record that changes moves to the end of the original.
    for (const local of Array.from(this.#memory.records.values())) {
      const { scope } = local;
      const theirs = records.get(scope);
      if (hasForgotten || apart.has(scope)) {
        this.#memory.set(scope, theirs === undefined ? local : mergeRecords(theirs, local));
        this.#outbox.add({ type: 'merged', scope, record: local });
      } else {
        this.#memory.set(scope, theirs);
      }
    }
    for (const [scope, theirs] of records) {
      if (this.#memory.records.has(scope)) continue;
      const sentAtMs = apart.get(scope);
      this.#memory.set(scope, sentAtMs === undefined ? theirs : afterSuccess(theirs, sentAtMs));
      if (sentAtMs !== undefined) this.#outbox.add({ type: 'succeeded', scope, sentAtMs });
    }
  }

  /** Redis is away: what it was not told is kept for when it is back. */
  #part(): void {
    this.#isAlone = true;
    this.#early = [];
    this.#outbox.part();
    this.#probes.part();
  }

  #restart(error: unknown): void {
    if (!this.#isClosed) this.#link.restart(error);
  }
}
