import type { Report } from './health-commands.js';
import { deleteFirst, isOf } from './health-memory.js';

export interface ReportOutboxOptions {
  readonly maxScopes: number;
  /** Tells Redis some reports; `batch` comes back in the message that says what became of them. */
  send(reports: readonly Report[], batch: number): Promise<void>;
  /** Redis failed, or does not keep up. Answered by `part`, and `join` when it is back. */
  onFailure(error: unknown): void;
  now(): number;
}

// Reports of so many milliseconds travel together: short beside the 200 ms within which all replicas hear of them.
const GATHER_MS = 2;
const SENT_AT_ONCE = 500;
const WAITING_AT_MOST = 5000;

/**
 * What Redis is yet to hear. While it answers, reports go out in order, one batch at a time. While it does not, only the
 * scopes are kept: what is known of them then stands for all their reports.
 */
export class ReportOutbox {
  readonly #options: ReportOutboxOptions;
  #reports: Report[] = [];
  /** Scopes with a report under way, and its batch. */
  readonly #underWay = new Map<string, number>();
  /** Scopes that changed without Redis, and when the last change was. */
  readonly #apart = new Map<string, number>();
  #isApart = true;
  #isSending = false;
  #batch = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ReportOutboxOptions) {
    this.#options = options;
  }

  add(report: Report): void {
    if (this.#isApart) {
      this.#keepApart(report);
      return;
    }
    this.#underWay.set(report.scope, this.#batch + 1);
    this.#reports.push(report);
    if (this.#reports.length > WAITING_AT_MOST) {
      this.#options.onFailure(new Error('Redis does not keep up with the reports on health'));
      return;
    }
    this.#timer ??= setTimeout(() => void this.#send(), GATHER_MS);
  }

  /**
   * Whether a message on a scope is news. While a report of ours is under way, what others did before it is none; what
   * became of ours, told by its batch, settles it.
   */
  isNews(scope: string, ownBatch: number | undefined): boolean {
    const awaited = this.#underWay.get(scope);
    if (awaited === undefined) return true;
    if (ownBatch === undefined || ownBatch < awaited) return false;
    this.#underWay.delete(scope);
    return true;
  }

  /** Redis answers: from now on it is told. Returns the scopes that changed without it, and when. */
  join(): ReadonlyMap<string, number> {
    const apart = new Map(this.#apart);
    this.#apart.clear();
    this.#isApart = false;
    return apart;
  }

  part(): void {
    this.#isApart = true;
    this.#underWay.clear();
    for (const report of this.#reports.splice(0)) this.#keepApart(report);
  }

  /** Drops what was to be told of a credential, and returns the reports that had not gone out. */
  forgetCredential(credentialId: string): readonly Report[] {
    const forgotten = this.#reports.filter(({ scope }) => isOf(credentialId, scope));
    this.#reports = this.#reports.filter(({ scope }) => !isOf(credentialId, scope));
    for (const scope of this.#apart.keys()) if (isOf(credentialId, scope)) this.#apart.delete(scope);
    for (const scope of this.#underWay.keys()) if (isOf(credentialId, scope)) this.#underWay.delete(scope);
    return forgotten;
  }

  close(): void {
    this.part();
    clearTimeout(this.#timer);
  }

  #keepApart(report: Report): void {
    if (report.type === 'taken') return;
    this.#apart.delete(report.scope);
    if (this.#apart.size >= this.#options.maxScopes) deleteFirst(this.#apart);
    this.#apart.set(report.scope, report.type === 'succeeded' ? report.sentAtMs : this.#options.now());
  }

  async #send(): Promise<void> {
    this.#timer = undefined;
    if (this.#isSending) return;
    this.#isSending = true;
    while (this.#reports.length > 0) {
      const reports = this.#reports.splice(0, SENT_AT_ONCE);
      this.#batch += 1;
      for (const { scope } of reports) this.#underWay.set(scope, this.#batch);
      for (const { scope } of this.#reports) this.#underWay.set(scope, this.#batch + 1);
      try {
        await this.#options.send(reports, this.#batch);
      } catch (error) {
        for (const report of reports) this.#keepApart(report);
        this.#options.onFailure(error);
      }
    }
    this.#isSending = false;
  }
}
