import {
  afterAttempt,
  nextAttempt,
  recoversAtMs,
  startAttempts,
  type AttemptAsk,
  type AttemptPlan,
  type Candidate,
  type Choice,
  type Outage,
} from '@switchyard/routing';
import type { AttemptEnd } from '@switchyard/wire';

import type { EndSignal } from '../accept/request-context.js';

export interface CourseOptions extends Omit<AttemptAsk, 'nowMs'> {
  readonly choice: Choice;
  readonly signal: EndSignal;
  /** Milliseconds since 1970. */
  nowMs(): number;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** The attempts of one request: what was tried, how it failed, and what comes next. */
export class AttemptCourse {
  /** How the attempts failed that reached no client, in their order. */
  readonly failures: AttemptEnd[] = [];
  readonly #options: CourseOptions;
  #plan: AttemptPlan;

  constructor(options: CourseOptions) {
    this.#options = options;
    this.#plan = startAttempts(options.choice);
  }

  /** Why nothing could be tried when the candidates were chosen last. */
  get outage(): Outage | undefined {
    return this.#plan.outage;
  }

  /** When the first candidate that failed may be asked again; undefined: now. */
  get recoversAtMs(): number | undefined {
    return recoversAtMs(this.#plan, { state: this.#options.state, nowMs: this.#options.nowMs() });
  }

  /** Whether a failure was of a kind that no other candidate helps against. */
  get isOver(): boolean {
    return this.#plan.isOver;
  }

  /** The next candidate, after the pause before a new round; undefined where nothing more is to be tried. */
  next(): Candidate | undefined | Promise<Candidate | undefined> {
    if (this.#options.signal.aborted) return undefined;
    const step = this.#ask();
    this.#plan = step.plan;
    if (step.type === 'attempt') return step.candidate;
    return step.type === 'stop' ? undefined : this.#afterPause(step.ms);
  }

  /** The next candidate of this round, without a pause, and only where it is another than this one. */
  beside(running: Candidate): Candidate | undefined {
    const step = this.#ask();
    if (step.type !== 'attempt' || step.candidate.scope === running.scope) return undefined;
    this.#plan = step.plan;
    return step.candidate;
  }

  /** Counts a failure. One that resumed a stream says nothing of the request itself: others may still succeed. */
  failed(candidate: Candidate, end: AttemptEnd, options: { readonly isResumed?: boolean } = {}): void {
    this.failures.push(end);
    if (end.error === undefined) return;
    const { code, rule } = end.error;
    this.#plan = afterAttempt(this.#plan, { candidate, code, rule: options.isResumed === true ? 'continue' : rule });
  }

  async #afterPause(ms: number): Promise<Candidate | undefined> {
    await this.#options.sleep(ms, this.#options.signal.abortSignal);
    return this.next();
  }

  #ask() {
    const options = this.#options;
    return nextAttempt(this.#plan, {
      rules: options.rules,
      state: options.state,
      nowMs: options.nowMs(),
      deadlineAtMs: options.deadlineAtMs,
      random: options.random,
      choose: (exclude) => options.choose(exclude),
    });
  }
}
