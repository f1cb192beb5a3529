import type { Finish, Headroom, StreamEvent, Usage, Warning } from '@switchyard/canonical';
import type { AttemptEnd, AttemptError, RescueState } from '@switchyard/wire';

const NOTHING: readonly string[] = [];

/** What is learnt of an attempt on its way, for its end. */
export class AttemptReport {
  upstreamStatus: number | undefined = undefined;
  usage: Usage | undefined = undefined;
  /** What another attempt needs to go on with the stream that died. */
  rescue: RescueState | undefined = undefined;
  #isUsageEstimated: true | undefined = undefined;
  finish: Finish | undefined = undefined;
  answeredModel: string | undefined = undefined;
  #requestDropped: readonly string[] = NOTHING;
  #answerWarnings: (() => readonly Warning[]) | undefined = undefined;
  readonly #startedAtMs = performance.now();
  #preparedMs: number | undefined = undefined;
  #headersMs: number | undefined = undefined;
  #headroom: Headroom | undefined = undefined;
  #firstContentMs: number | undefined = undefined;
  #waitedMs = 0;
  #waits = 0;
  #waitingSinceMs = 0;

  /** The request is about to be handed to the upstream's socket, whose answer is waited for until `headersCame` or `failed`. */
  called(): void {
    const nowMs = performance.now();
    this.#preparedMs = nowMs - this.#startedAtMs;
    this.#waitBegins(nowMs);
  }

  /** The upstream gave no answer. */
  failed(): void {
    this.#waitEnds(performance.now());
  }

  /** What was used, where the upstream died without saying it. */
  estimated(usage: Usage): void {
    this.usage = usage;
    this.#isUsageEstimated = true;
  }

  /** Fields of the request that were lost in translation, in the client's words. */
  requestLost(fields: readonly string[]): void {
    this.#requestDropped = fields;
  }

  /** `warnings` tells what of the answer was lost so far, in the upstream's words. */
  answerLoses(warnings: () => readonly Warning[]): void {
    this.#answerWarnings = warnings;
  }

  /** What was lost so far. */
  get dropped(): readonly string[] {
    const warnings = this.#answerWarnings?.() ?? [];
    if (warnings.length === 0) return this.#requestDropped;
    const ofAnswer = warnings.filter((warning) => warning.type === 'dropped');
    return [...this.#requestDropped, ...ofAnswer.map((warning) => warning.field)];
  }

  headersCame(status: number, headroom: Headroom | undefined): void {
    this.upstreamStatus = status;
    this.#headroom = headroom;
    const nowMs = performance.now();
    this.#headersMs = nowMs - this.#startedAtMs;
    this.#waitEnds(nowMs);
  }

  contentCame(): void {
    this.#firstContentMs ??= this.#elapsedMs();
  }

  /** How long the upstream was waited for. */
  get waitedMs(): number {
    return this.#waitedMs;
  }

  /** Counts the time until this settles as waiting for the upstream; time that is waited for several things counts once. */
  async waitFor<Value>(work: Promise<Value>): Promise<Value> {
    this.#waitBegins(performance.now());
    try {
      return await work;
    } finally {
      this.#waitEnds(performance.now());
    }
  }

  #waitBegins(nowMs: number): void {
    if (this.#waits === 0) this.#waitingSinceMs = nowMs;
    this.#waits += 1;
  }

  #waitEnds(nowMs: number): void {
    this.#waits -= 1;
    if (this.#waits === 0) this.#waitedMs += nowMs - this.#waitingSinceMs;
  }

  observe(event: StreamEvent): void {
    switch (event.type) {
      case 'start':
        this.answeredModel = event.model;
        break;
      case 'usage':
        this.usage = event.usage;
        break;
      case 'finish':
        this.finish ??= event.finish;
        break;
      default:
    }
  }

  end(outcome: AttemptEnd['outcome'], error?: AttemptError): AttemptEnd {
    const totalMs = this.#elapsedMs();
    return {
      outcome,
      error,
      upstreamStatus: this.upstreamStatus,
      usage: this.usage,
      isUsageEstimated: this.#isUsageEstimated,
      finish: this.finish,
      headroom: this.#headroom,
      answeredModel: this.answeredModel,
      dropped: this.dropped,
      timings: {
        preparedMs: this.#preparedMs ?? totalMs,
        headersMs: this.#headersMs,
        firstContentMs: this.#firstContentMs,
        totalMs,
      },
      rescue: outcome === 'error' ? this.rescue : undefined,
    };
  }

  #elapsedMs(): number {
    return performance.now() - this.#startedAtMs;
  }
}
