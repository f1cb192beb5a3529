import { GatewayError } from '@switchyard/canonical';

import { Call } from './call.js';
import { ConnectionPools } from './connection-pools.js';
import { decompressResponse } from './decompress.js';
import type { UpstreamRequest, UpstreamResponse } from './upstream-call.js';

const DEFAULT_POOL_LIMIT = 256;
const DEFAULT_DECOMPRESSED_LIMIT_BYTES = 256 * 1024 * 1024;

export interface UpstreamClientOptions {
  /** Sockets to one origin; further calls wait, within their connect deadline. Undefined is no limit. */
  readonly connectionsPerOrigin?: number | undefined;
  /** How many origins keep their idle sockets. */
  readonly poolLimit?: number | undefined;
  /** How much one compressed answer may unfold to. */
  readonly decompressedLimitBytes?: number | undefined;
  readonly now?: (() => number) | undefined;
}

/** The sockets to the providers. */
export interface UpstreamClient {
  /**
   * Sends a request and waits for the answer's headers. When `signal` aborts, before or after them, the socket is closed
   * at once and the call fails with the signal's reason if that is a GatewayError, with `client_closed` if not.
   *
   * @throws GatewayError `upstream_network_error`, `upstream_timeout` (its message says which deadline) or
   * `upstream_malformed`; so does the body.
   */
  call(request: UpstreamRequest, signal: AbortSignal): Promise<UpstreamResponse>;
  /** Closes every socket; calls under way fail. */
  close(): Promise<void>;
}

export function createUpstreamClient(options: UpstreamClientOptions = {}): UpstreamClient {
  const pools = new ConnectionPools({
    connectionsPerOrigin: options.connectionsPerOrigin,
    poolLimit: options.poolLimit ?? DEFAULT_POOL_LIMIT,
    now: options.now ?? Date.now,
  });
  const limitBytes = options.decompressedLimitBytes ?? DEFAULT_DECOMPRESSED_LIMIT_BYTES;
  return {
    call: async (request, signal) => {
      const response = await dispatch(pools, request, signal);
      return decompressResponse(response, { host: request.url.host, limitBytes });
    },
    close: () => pools.close(),
  };
}

function dispatch(pools: ConnectionPools, request: UpstreamRequest, signal: AbortSignal): Promise<UpstreamResponse> {
  if (signal.aborted) return Promise.reject(abortReason(signal));
  const { url, deadlines } = request;
  const lease = pools.lease({
    origin: url.origin,
    connectMs: Math.max(deadlines.connectMs, 0),
    proxyUrl: proxyOf(request),
  });
  const onAbort = () => call.abort(abortReason(signal));
  const call = new Call({
    host: url.host,
    deadlines,
    onOver: () => {
      signal.removeEventListener('abort', onAbort);
      lease.release();
    },
  });
  signal.addEventListener('abort', onAbort, { once: true });
  lease.dispatcher.dispatch(
    {
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: request.method,
      headers: { ...request.headers, 'accept-encoding': 'identity' },
      body: request.body ?? null,
    },
    call,
  );
  return call.response;
}

function proxyOf(request: UpstreamRequest): string | undefined {
  const { proxyUrl } = request;
  return proxyUrl === '' || proxyUrl === 'direct' || proxyUrl === 'none' ? undefined : proxyUrl;
}

function abortReason(signal: AbortSignal): GatewayError {
  const reason: unknown = signal.reason;
  return reason instanceof GatewayError ? reason : new GatewayError('client_closed', 'the call was cancelled');
}
