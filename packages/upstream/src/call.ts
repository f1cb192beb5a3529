import type { IncomingHttpHeaders } from 'node:http';

import { GatewayError } from '@switchyard/canonical';
import type { Dispatcher } from 'undici';

import { AnswerBody } from './answer-body.js';
import { describeFailure } from './describe-failure.js';
import type { UpstreamDeadlines, UpstreamResponse } from './upstream-call.js';

/** Node.js fires a longer timer at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export interface CallOptions {
  /** Names the upstream in errors. */
  readonly host: string;
  readonly deadlines: UpstreamDeadlines;
  /** Called once, when the call needs its socket no longer. */
  readonly onOver: () => void;
}

/**
 * One call, as undici drives it. The deadlines are kept here: undici's own are accurate to half a second, and its one for
 * connecting belongs to a pool and not to a call.
 */
export class Call implements Dispatcher.DispatchHandler {
  readonly response: Promise<UpstreamResponse>;
  readonly #options: CallOptions;
  readonly #body: AnswerBody;
  #resolve: (response: UpstreamResponse) => void = () => {};
  #reject: (error: Error) => void = () => {};
  #controller: Dispatcher.DispatchController | undefined;
  #failure: GatewayError | undefined;
  #answered = false;
  #over = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: CallOptions) {
    this.#options = options;
    this.response = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#body = new AnswerBody({
      onDrain: () => {
        this.#controller?.resume();
        this.#watchIdle();
      },
      onAbandon: () => this.abort(new GatewayError('client_closed', 'the answer was not read to its end')),
    });
    this.#arm(options.deadlines.connectMs, 'did not accept a connection');
  }

  /** Ends the call with this error and closes its socket at once. */
  abort(error: GatewayError): void {
    if (this.#over) return;
    this.#body.discard();
    this.#fail(error);
    this.#controller?.abort(error);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // The call ended while it was still waiting for a socket, where undici cannot be told.
    if (this.#failure !== undefined) {
      controller.abort(this.#failure);
      return;
    }
    this.#controller = controller;
    this.#arm(this.#options.deadlines.headersMs, 'did not begin to answer');
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (this.#over || status < 200) return;
    this.#answered = true;
    this.#disarm();
    this.#resolve({ status, headers: joinHeaders(headers), body: this.#body });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#over) return;
    this.#body.push(chunk);
    this.#disarm();
    if (this.#body.full) controller.pause();
  }

  onResponseEnd(): void {
    if (!this.#finish()) return;
    this.#body.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    this.#fail(describeFailure(this.#options.host, error));
  }

  #fail(error: GatewayError): void {
    if (!this.#finish()) return;
    this.#failure = error;
    if (this.#answered) this.#body.fail(error);
    else this.#reject(error);
  }

  #finish(): boolean {
    if (this.#over) return false;
    this.#over = true;
    this.#disarm();
    this.#options.onOver();
    return true;
  }

  /** Silence counts only while a reader waits: a slow reader is not the upstream's fault. */
  #watchIdle(): void {
    if (this.#over || !this.#body.hungry) return;
    this.#arm(this.#options.deadlines.idleMs, 'sent nothing more');
  }

  #arm(deadlineMs: number, failing: string): void {
    this.#disarm();
    if (deadlineMs <= 0) return;
    this.#timer = setTimeout(
      () => {
        const message = `${this.#options.host} ${failing} within ${deadlineMs} ms`;
        this.abort(new GatewayError('upstream_timeout', message));
      },
      Math.min(deadlineMs, LONGEST_TIMER_MS),
    );
  }

  #disarm(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

function joinHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) joined[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return joined;
}
