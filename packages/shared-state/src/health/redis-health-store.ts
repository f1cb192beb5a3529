import { randomUUID } from 'node:crypto';

import type { Headroom } from '@switchyard/canonical';
import { afterFailure, afterSuccess, mergeRecords, type HealthFailure, type HealthRecord } from '@switchyard/routing';

import { HealthCommands, parseMessage, type Message, type Report, type SharedHealth } from './health-commands.js';
import { deleteFirst, HealthMemory, isOf } from './health-memory.js';
import { DEFAULT_MAX_SCOPES, DEFAULT_PROBE_MS, type HealthListener, type HealthStore } from './health-store.js';
import { ProbeRights } from './probe-rights.js';
import { HealthLink } from './health-link.js';

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
  /** Hears once of each outage; the connection comes back by itself. */
  onError?(error: Error): void;
}

// Reports of so many milliseconds travel together: short beside the 200 ms within which all replicas hear of them.
const GATHER_MS = 2;
const OBSERVE_EVERY_MS = 50;
const REPORTS_AT_ONCE = 500;
const REPORTS_AT_MOST = 5000;
const RIGHTS_AT_ONCE = 256;
const SWEEP_EVERY_MS = 60_000;
const TIMER_AT_MOST_MS = 3_600_000;

/** Shares health through Redis. Connects in the background; until then, and while Redis is away, it is on its own. */
export function createRedisHealthStore(options: RedisHealthStoreOptions): HealthStore {
  return new RedisHealthStore(options);
}

class RedisHealthStore implements HealthStore {
  readonly #origin = randomUUID();
  readonly #memory: HealthMemory;
  readonly #rights = new ProbeRights();
  readonly #commands: HealthCommands;
  readonly #link: HealthLink;
  readonly #maxScopes: number;
  readonly #probeMs: number;
  readonly #holdMs: number;
  readonly #sweep: NodeJS.Timeout;

  /** Reports that Redis has not been told, in order. */
  #reports: Report[] = [];
  #isReporting = false;
  #batch = 0;
  /** Scopes with a report under way, and its batch: until its outcome is heard, what others did before it is no news. */
  readonly #underWay = new Map<string, number>();
  /** Scopes that changed here while on its own, and when. */
  readonly #apart = new Map<string, number>();
  /** Messages that came before everything was read. */
  #early: Message[] = [];
  #epoch: string | undefined;
  readonly #observed = new Set<string>();

  #reportTimer: NodeJS.Timeout | undefined;
  #observeTimer: NodeJS.Timeout | undefined;
  #probeTimer: NodeJS.Timeout | undefined;
  #probeAtMs = Number.POSITIVE_INFINITY;
  #isAlone = true;
  #isClosed = false;

  constructor(options: RedisHealthStoreOptions) {
    this.#maxScopes = options.maxScopes ?? DEFAULT_MAX_SCOPES;
    this.#probeMs = options.probeMs ?? DEFAULT_PROBE_MS;
    this.#holdMs = options.holdMs ?? 3000;
    this.#memory = new HealthMemory(this.#maxScopes);
    this.#memory.listen((scope, record) => this.#askForProbe(this.#rights.follow(scope, record)));
    this.#commands = new HealthCommands({
      keyPrefix: options.keyPrefix ?? 'switchyard:',
      origin: this.#origin,
      maxScopes: this.#maxScopes,
      probeMs: this.#probeMs,
      holdMs: this.#holdMs,
    });
    this.#link = new HealthLink({
      url: options.url,
      channel: this.#commands.channel,
      commandTimeoutMs: options.commandTimeoutMs ?? 1000,
      onMessage: (text) => this.#hear(parseMessage(text)),
      onUp: () => this.#join(),
      onDown: () => this.#part(),
      onError: options.onError,
    });
    this.#sweep = setInterval(() => this.#memory.sweep(Date.now()), SWEEP_EVERY_MS).unref();
  }

  get isAlone(): boolean {
    return this.#isAlone;
  }

  health(scope: string): HealthRecord | undefined {
    return this.#memory.records.get(scope);
  }

  unhealthy(): Iterable<HealthRecord> {
    return this.#memory.records.values();
  }

  headroom(scope: string): Headroom | undefined {
    return this.#memory.headrooms.get(scope);
  }

  failed(failure: HealthFailure): void {
    const { scope } = failure;
    const atMs = Date.now();
    this.#memory.set(scope, afterFailure(this.health(scope), failure, atMs));
    this.#report({ type: 'failed', scope, failure, atMs });
  }

  succeeded(scope: string, sentAtMs = Date.now()): void {
    const record = this.health(scope);
    if (record === undefined) return;
    this.#memory.set(scope, afterSuccess(record, sentAtMs));
    this.#report({ type: 'succeeded', scope, sentAtMs });
  }

  observe(scope: string, headroom: Headroom): void {
    if (!this.#memory.observe(scope, headroom, Date.now())) return;
    this.#observed.add(scope);
    if (this.#observed.size > this.#maxScopes) this.#observed.delete(scope);
    this.#observeSoon();
  }

  takeProbe(scope: string): boolean {
    const nowMs = Date.now();
    const record = this.health(scope);
    if (record === undefined || nowMs < record.untilMs) return false;
    const terms = { nowMs, probeMs: this.#probeMs };
    if (this.#rights.take(scope, terms)) {
      this.#report({ type: 'taken', scope });
      return true;
    }
    if (this.#isAlone) return this.#rights.takeAlone(scope, terms);
    this.#askForProbe(this.#rights.want(scope, nowMs));
    return false;
  }

  async reset(credentialId: string): Promise<void> {
    await this.#commands.reset(this.#link.commands, credentialId);
    this.#forget(credentialId);
  }

  onChange(listener: HealthListener): void {
    this.#memory.listen(listener);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#isAlone = true;
    clearInterval(this.#sweep);
    clearTimeout(this.#reportTimer);
    clearTimeout(this.#observeTimer);
    clearTimeout(this.#probeTimer);
    this.#link.close();
  }

  #report(report: Report): void {
    if (this.#isAlone) {
      this.#keepApart(report);
      return;
    }
    this.#underWay.set(report.scope, this.#batch + 1);
    this.#reports.push(report);
    // Redis is slower than the reports come: what is known here now stands for all of them, once it answers again.
    if (this.#reports.length > REPORTS_AT_MOST) {
      this.#link.restart(new Error('redis does not keep up with the reports'));
      return;
    }
    this.#reportTimer ??= setTimeout(() => void this.#sendReports(), GATHER_MS);
  }

  #keepApart(report: Report): void {
    if (report.type === 'taken') return;
    this.#apart.delete(report.scope);
    if (this.#apart.size >= this.#maxScopes) deleteFirst(this.#apart);
    this.#apart.set(report.scope, report.type === 'succeeded' ? report.sentAtMs : Date.now());
  }

  async #sendReports(): Promise<void> {
    this.#reportTimer = undefined;
    if (this.#isReporting) return;
    this.#isReporting = true;
    while (this.#reports.length > 0 && !this.#isAlone) {
      const reports = this.#reports.splice(0, REPORTS_AT_ONCE);
      this.#batch += 1;
      for (const { scope } of reports) this.#underWay.set(scope, this.#batch);
      for (const { scope } of this.#reports) this.#underWay.set(scope, this.#batch + 1);
      try {
        await this.#commands.apply(this.#link.commands, reports, { batch: this.#batch, nowMs: Date.now() });
      } catch (error) {
        for (const report of reports) this.#keepApart(report);
        this.#restart(error);
      }
    }
    this.#isReporting = false;
  }

  #observeSoon(): void {
    if (this.#isAlone) return;
    this.#observeTimer ??= setTimeout(() => void this.#sendObserved(), OBSERVE_EVERY_MS);
  }

  async #sendObserved(): Promise<void> {
    const scopes = [...this.#observed].slice(0, REPORTS_AT_ONCE);
    const headrooms = scopes.flatMap((scope) => {
      const headroom = this.headroom(scope);
      return headroom === undefined ? [] : [[scope, headroom] as const];
    });
    for (const scope of scopes) this.#observed.delete(scope);
    try {
      if (headrooms.length > 0) await this.#commands.observe(this.#link.commands, headrooms);
    } catch (error) {
      this.#restart(error);
    }
    this.#observeTimer = undefined;
    if (this.#observed.size > 0) this.#observeSoon();
  }

  #askForProbe(atMs: number | undefined): void {
    if (atMs === undefined || atMs >= this.#probeAtMs || this.#isAlone) return;
    clearTimeout(this.#probeTimer);
    this.#probeAtMs = atMs;
    const waitMs = Math.min(TIMER_AT_MOST_MS, Math.max(GATHER_MS, atMs - Date.now()));
    this.#probeTimer = setTimeout(() => void this.#winProbes(), waitMs).unref();
  }

  async #winProbes(): Promise<void> {
    this.#probeAtMs = Number.POSITIVE_INFINITY;
    if (this.#isAlone) return;
    const askedAtMs = Date.now();
    const { scopes, nextMs } = this.#rights.due(askedAtMs, RIGHTS_AT_ONCE);
    this.#askForProbe(nextMs);
    if (scopes.length === 0) return;
    try {
      const answers = await this.#commands.win(this.#link.commands, scopes);
      scopes.forEach((scope, index) => this.#learnRight(scope, { answer: answers[index] ?? -1, askedAtMs }));
    } catch (error) {
      this.#restart(error);
    }
  }

  #learnRight(scope: string, { answer, askedAtMs }: { readonly answer: number; readonly askedAtMs: number }): void {
    if (answer === 0) {
      // Used a little earlier than it ends, so that Redis hears of the use in time.
      this.#rights.won(scope, {
        heldUntilMs: askedAtMs + this.#holdMs * 0.75,
        takenUntilMs: askedAtMs + this.#holdMs,
      });
      return;
    }
    this.#rights.lost(scope, Date.now() + (answer > 0 ? answer : 1000));
    const record = this.health(scope);
    if (answer < 0 && record !== undefined) this.#report({ type: 'merged', scope, record });
  }

  #hear(message: Message | undefined): void {
    if (message === undefined || this.#isClosed) return;
    if (!this.#isAlone) {
      this.#apply(message);
      return;
    }
    this.#early.push(message);
    if (this.#early.length > this.#maxScopes) this.#link.restart(new Error('redis tells more than it lets be read'));
  }

  #apply(message: Message): void {
    switch (message.type) {
      case 'changes':
        for (const [scope, record] of message.changes) this.#learn(scope, { record, message });
        return;
      case 'reset':
        this.#forget(message.credentialId);
        return;
      case 'headroom':
        if (message.origin === this.#origin) return;
        for (const [scope, headroom] of message.headrooms) this.#memory.observe(scope, headroom, Date.now());
    }
  }

  #learn(
    scope: string,
    { record, message }: { readonly record: HealthRecord | undefined; readonly message: Message & { type: 'changes' } },
  ): void {
    const awaited = this.#underWay.get(scope);
    if (awaited !== undefined) {
      if (message.origin !== this.#origin || message.batch < awaited) return;
      this.#underWay.delete(scope);
    }
    this.#memory.set(scope, record);
  }

  #forget(credentialId: string): void {
    this.#memory.forgetCredential(credentialId);
    for (const scope of this.#apart.keys()) if (isOf(credentialId, scope)) this.#apart.delete(scope);
    for (const scope of this.#observed) if (isOf(credentialId, scope)) this.#observed.delete(scope);
    this.#reports = this.#reports.filter(({ scope }) => !isOf(credentialId, scope));
  }

  /** Redis answers (again): takes over what is shared, and adds what came about here without it. */
  async #join(): Promise<void> {
    const shared = await this.#commands.read(this.#link.commands, randomUUID());
    const hasForgotten = this.#epoch !== undefined && this.#epoch !== shared.epoch;
    this.#epoch = shared.epoch;
    this.#isAlone = false;
    this.#takeOver(shared, { hasForgotten });
    for (const message of this.#early.splice(0)) if (message.seq > shared.seq) this.#apply(message);
    for (const { untilMs } of this.#memory.records.values()) this.#askForProbe(untilMs);
  }

  #takeOver(shared: SharedHealth, { hasForgotten }: { readonly hasForgotten: boolean }): void {
    // A copy: a record that changes moves to the end of the original.
    for (const local of Array.from(this.#memory.records.values())) {
      const { scope } = local;
      const theirs = shared.records.get(scope);
      if (hasForgotten || this.#apart.has(scope)) {
        this.#memory.set(scope, theirs === undefined ? local : mergeRecords(local, theirs));
        this.#report({ type: 'merged', scope, record: local });
      } else {
        this.#memory.set(scope, theirs);
      }
    }
    for (const [scope, theirs] of shared.records) {
      if (this.#memory.records.has(scope)) continue;
      const sentAtMs = this.#apart.get(scope);
      this.#memory.set(scope, sentAtMs === undefined ? theirs : afterSuccess(theirs, sentAtMs));
      if (sentAtMs !== undefined) this.#report({ type: 'succeeded', scope, sentAtMs });
    }
    this.#apart.clear();
    const nowMs = Date.now();
    for (const [scope, headroom] of shared.headrooms) this.#memory.observe(scope, headroom, nowMs);
    if (hasForgotten) for (const scope of this.#memory.headrooms.keys()) this.#observed.add(scope);
    if (this.#observed.size > 0) this.#observeSoon();
  }

  /** Redis is away: what it was not told is kept for when it is back. */
  #part(): void {
    this.#isAlone = true;
    for (const report of this.#reports.splice(0)) this.#keepApart(report);
    this.#underWay.clear();
    this.#early = [];
    this.#probeAtMs = Number.POSITIVE_INFINITY;
    clearTimeout(this.#probeTimer);
  }

  #restart(error: unknown): void {
    if (!this.#isClosed) this.#link.restart(error);
  }
}
