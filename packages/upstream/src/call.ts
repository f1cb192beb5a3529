import { GatewayError } from '@switchyard/canonical';

import { AnswerBody } from './answer-body.js';
import { Deadline } from './deadline.js';
import { decompressResponse } from './decompress.js';
import type { CallSignal, UpstreamRequest, UpstreamResponse } from './upstream-call.js';

export interface CallOptions {
  readonly request: UpstreamRequest;
  readonly signal: CallSignal;
  /** How much a compressed answer may unfold to. */
  readonly decompressedLimitBytes: number;
}

/** Whoever finds a socket for a call. */
export interface CallOwner {
  /** The call needs its socket no longer. */
  onOver(): void;
  /** It never got one. Told before `onOver`. */
  onLeft(call: Call): void;
}

/** A call's socket, while it has it. */
export interface Exchange {
  readonly deadline: Deadline;
  pause(): void;
  resume(): void;
  /** Closes the socket at once. */
  abort(): void;
}

/** What a deadline was kept waiting for. */
const WAITS = {
  connectMs: 'did not accept a connection',
  headersMs: 'did not begin to answer',
  idleMs: 'sent nothing more',
};

/** One call: its deadlines, and what becomes of it. Its socket is somebody else's. */
export class Call {
  readonly request: UpstreamRequest;
  readonly response: Promise<UpstreamResponse>;
  readonly #signal: CallSignal;
  readonly #decompressedLimitBytes: number;
  readonly #body: AnswerBody;
  #resolve: (response: UpstreamResponse) => void = () => {};
  #reject: (error: Error) => void = () => {};
  #owner: CallOwner | undefined;
  #exchange: Exchange | undefined;
  #deadline: Deadline | undefined;
  #waitsFor: keyof typeof WAITS = 'connectMs';
  #answered = false;
  #over = false;

  constructor({ request, signal, decompressedLimitBytes }: CallOptions) {
    this.request = request;
    this.#signal = signal;
    this.#decompressedLimitBytes = decompressedLimitBytes;
    this.#body = new AnswerBody(this);
    this.response = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    signal.addEventListener('abort', this);
  }

  get over(): boolean {
    return this.#over;
  }

  startWith(owner: CallOwner): void {
    this.#owner = owner;
  }

  /** There is no socket for it yet. May be called several times. */
  onWait(): void {
    if (this.#deadline !== undefined || this.#over) return;
    this.#deadline = new Deadline(() => this.onDeadline());
    this.#deadline.set(this.request.deadlines.connectMs);
  }

  /** The request is on its way. */
  onSocket(exchange: Exchange): void {
    this.#deadline?.close();
    this.#deadline = exchange.deadline;
    this.#exchange = exchange;
    this.#waitFor('headersMs');
  }

  onHead(status: number, headers: Readonly<Record<string, string>>): void {
    if (this.#over) return;
    this.#answered = true;
    this.#deadline?.clear();
    const { host } = this.request.url;
    const options = { host, limitBytes: this.#decompressedLimitBytes };
    try {
      this.#resolve(decompressResponse({ status, headers, body: this.#body }, options));
    } catch (error) {
      this.#reject(error instanceof Error ? error : new Error('not an error', { cause: error }));
    }
  }

  onData(chunk: Buffer): void {
    if (this.#over) return;
    this.#body.push(chunk);
    this.#deadline?.clear();
    if (this.#body.full) this.#exchange?.pause();
  }

  onEnd(): void {
    if (this.#finish()) this.#body.end();
  }

  onError(error: GatewayError): void {
    if (!this.#finish()) return;
    if (this.#answered) this.#body.fail(error);
    else this.#reject(error);
  }

  onDeadline(): void {
    const { url, deadlines } = this.request;
    const waitMs = deadlines[this.#waitsFor];
    this.#abort(new GatewayError('upstream_timeout', `${url.host} ${WAITS[this.#waitsFor]} within ${waitMs} ms`));
  }

  /** The signal. */
  handleEvent(): void {
    this.#abort(abortReason(this.#signal));
  }

  /** Silence counts only while a reader waits: a slow reader is not the upstream's fault. */
  onDrain(): void {
    if (this.#over) return;
    this.#exchange?.resume();
    if (this.#body.hungry) this.#waitFor('idleMs');
  }

  onAbandon(): void {
    this.#abort(new GatewayError('client_closed', 'the answer was not read to its end'));
  }

  /** Ends the call with this error and closes its socket at once. */
  #abort(error: GatewayError): void {
    if (this.#over) return;
    const exchange = this.#exchange;
    this.#body.discard();
    this.onError(error);
    exchange?.abort();
  }

  #waitFor(what: keyof typeof WAITS): void {
    this.#waitsFor = what;
    this.#deadline?.set(this.request.deadlines[what]);
  }

  #finish(): boolean {
    if (this.#over) return false;
    this.#over = true;
    this.#signal.removeEventListener('abort', this);
    if (this.#exchange === undefined) {
      this.#deadline?.close();
      this.#owner?.onLeft(this);
    } else {
      this.#deadline?.clear();
      this.#exchange = undefined;
    }
    this.#owner?.onOver();
    return true;
  }
}

export function abortReason(signal: CallSignal): GatewayError {
  const reason: unknown = signal.reason;
  return reason instanceof GatewayError ? reason : new GatewayError('client_closed', 'the call was cancelled');
}
