import type { IncomingHttpHeaders } from 'node:http';

import { GatewayError } from '@switchyard/canonical';
import type { Dispatcher } from 'undici';

import type { Call, CallOwner } from '../call.js';
import { Deadline } from '../deadline.js';
import { describeFailure } from '../describe-failure.js';
import type { Address } from '../http1/address.js';
import { IDLE_MS } from '../http1/keep-alive.js';

/**
 * The connections to an origin by way of a proxy, over HTTP, HTTPS or SOCKS 5. Tunnels and their handshakes are undici's; it is
 * loaded with the first call, as most installations have no proxy.
 */
export class ProxyPool implements CallOwner {
  readonly #proxyUrl: string;
  readonly #connections: number | undefined;
  #dispatcher: Promise<Dispatcher> | undefined;
  #calls = 0;

  constructor(proxyUrl: string, connections: number | undefined) {
    this.#proxyUrl = proxyUrl;
    this.#connections = connections;
  }

  get calls(): number {
    return this.#calls;
  }

  send(call: Call, address: Address): void {
    this.#calls += 1;
    call.startWith(this);
    if (!isProxyUrl(this.#proxyUrl)) {
      call.onError(unusableProxy());
      return;
    }
    call.onWait();
    this.#dispatcher ??= this.#open(Math.max(call.request.deadlines.connectMs, 0));
    this.#dispatcher.then(
      (dispatcher) => dispatch(dispatcher, call, address),
      (error: Error) => call.onError(describeFailure(address.host, error)),
    );
  }

  close(): void {
    void this.#dispatcher?.then((dispatcher) => dispatcher.destroy());
  }

  onOver(): void {
    this.#calls -= 1;
  }

  /** A call that waits is kept by undici; it is turned away when its socket is there. */
  onLeft(): void {}

  async #open(connectTimeout: number): Promise<Dispatcher> {
    const { ProxyAgent } = await import('undici');
    return new ProxyAgent({
      uri: this.#proxyUrl,
      connections: this.#connections ?? null,
      connectTimeout,
      pipelining: 1,
      // Each call keeps its own deadlines.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: IDLE_MS,
      // One stalled HTTP/2 connection stalls every stream on it; sockets of their own fail alone.
      allowH2: false,
    });
  }
}

function dispatch(dispatcher: Dispatcher, call: Call, address: Address): void {
  if (call.over) return;
  const { method, headers, sharedHeaders, body } = call.request;
  dispatcher.dispatch(
    {
      origin: address.origin,
      path: address.path,
      method,
      headers: { ...sharedHeaders, ...headers, 'accept-encoding': 'identity' },
      body: body ?? null,
    },
    new ProxiedCall(call, address.host),
  );
}

/** Drives a call as undici does. */
class ProxiedCall implements Dispatcher.DispatchHandler {
  readonly #call: Call;
  readonly #host: string;

  constructor(call: Call, host: string) {
    this.#call = call;
    this.#host = host;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    const abort = (): void => controller.abort(new Error('the call is over'));
    // The call ended while it was still waiting for a socket, where undici cannot be told.
    if (this.#call.over) {
      abort();
      return;
    }
    const deadline = new Deadline(() => this.#call.onDeadline());
    this.#call.onSocket({
      deadline,
      pause: () => controller.pause(),
      resume: () => controller.resume(),
      abort,
    });
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status >= 200) this.#call.onHead(status, joinHeaders(headers));
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#call.onData(chunk);
  }

  onResponseEnd(): void {
    this.#call.onEnd();
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    this.#call.onError(describeFailure(this.#host, error));
  }
}

function joinHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) joined[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return joined;
}

function isProxyUrl(proxyUrl: string): boolean {
  const url = URL.parse(proxyUrl);
  return url !== null && ['http:', 'https:', 'socks5:'].includes(url.protocol);
}

/** The URL itself stays out of the message: it may hold a password. */
function unusableProxy(): GatewayError {
  return new GatewayError(
    'upstream_network_error',
    'the proxy-url of this credential cannot be used: give an http, https or socks5 URL, or direct',
  );
}
