import { abortReason, Call } from './call.js';
import { ConnectionPools } from './connection-pools.js';
import type { CallSignal, UpstreamRequest, UpstreamResponse } from './upstream-call.js';

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
  call(request: UpstreamRequest, signal: CallSignal): Promise<UpstreamResponse>;
  /** Closes every socket; calls under way fail. */
  close(): Promise<void>;
}

export function createUpstreamClient(options: UpstreamClientOptions = {}): UpstreamClient {
  const pools = new ConnectionPools({
    connectionsPerOrigin: options.connectionsPerOrigin,
    poolLimit: options.poolLimit ?? DEFAULT_POOL_LIMIT,
    now: options.now ?? Date.now,
  });
  const decompressedLimitBytes = options.decompressedLimitBytes ?? DEFAULT_DECOMPRESSED_LIMIT_BYTES;
  return {
    call: (request, signal) => {
      if (signal.aborted) return Promise.reject(abortReason(signal));
      const call = new Call({ request, signal, decompressedLimitBytes });
      pools.send(call);
      return call.response;
    },
    close: async () => pools.close(),
  };
}
