import { GatewayError } from '@switchyard/canonical';
import type { RoutingIndex, RoutingKey, TenantView } from '@switchyard/routing';

/** Who is asking. */
export interface Caller {
  readonly key: RoutingKey;
  readonly view: TenantView;
}

/** The keys of well-known example configurations: published, so never a secret. */
const EXAMPLE_KEYS: ReadonlySet<string> = new Set(['your-api-key-1', 'your-api-key-2', 'your-api-key-3']);

export interface AuthenticateOptions {
  readonly presented: string | undefined;
  /** Hex HMAC of a key under the pepper. */
  hash(key: string): string;
  readonly nowMs: number;
}

/**
 * Finds the caller behind a key.
 *
 * @throws GatewayError `missing_api_key`, `invalid_api_key` or `example_api_key`. An expired key and an unknown one
 * are told apart, since only its owner can present an expired one.
 */
export function authenticate(index: RoutingIndex, options: AuthenticateOptions): Caller {
  const { presented, nowMs } = options;
  if (presented === undefined || presented === '') {
    throw new GatewayError(
      'missing_api_key',
      'no API key was given: send it as "Authorization: Bearer KEY", or as x-api-key',
    );
  }
  if (EXAMPLE_KEYS.has(presented)) {
    throw new GatewayError(
      'example_api_key',
      'this is the key of a published example: ask your operator for one of your own',
    );
  }
  const key = index.keys.get(options.hash(presented));
  const view = key === undefined ? undefined : index.tenants.get(key.tenantId);
  if (key === undefined || view === undefined) {
    throw new GatewayError(
      'invalid_api_key',
      'the API key is not known here: check it, or ask your operator for a new one',
    );
  }
  if (key.expiresAtMs !== undefined && key.expiresAtMs <= nowMs) {
    throw new GatewayError(
      'invalid_api_key',
      `the API key expired at ${new Date(key.expiresAtMs).toISOString()}: ask your operator for a new one`,
    );
  }
  return { key, view };
}
