/**
 * Who caused an error. It decides whether another candidate may help: a `request` or `client` error never rotates.
 */
export const ERROR_SCOPES = ['client', 'request', 'credential', 'model', 'provider', 'network', 'gateway'] as const;

export type ErrorScope = (typeof ERROR_SCOPES)[number];

export interface ErrorCodeFacts {
  /** The HTTP status a client sees; the upstream's own status is kept where the code says it may be. */
  readonly status: number;
  /** Whether the same request, sent to another candidate or again later, may succeed. */
  readonly retryable: boolean;
  readonly scope: ErrorScope;
}

/** Every error the system can answer with. Each has a section in docs/errors.md. */
export const ERROR_CODES = {
  // What the client sent.
  missing_api_key: { status: 401, retryable: false, scope: 'client' },
  invalid_api_key: { status: 401, retryable: false, scope: 'client' },
  example_api_key: { status: 403, retryable: false, scope: 'client' },
  model_not_found: { status: 404, retryable: false, scope: 'client' },
  route_not_found: { status: 404, retryable: false, scope: 'client' },
  method_not_allowed: { status: 405, retryable: false, scope: 'client' },
  invalid_json: { status: 400, retryable: false, scope: 'client' },
  invalid_request: { status: 400, retryable: false, scope: 'client' },
  duplicate_field: { status: 400, retryable: false, scope: 'client' },
  untranslatable_field: { status: 400, retryable: false, scope: 'client' },
  request_too_large: { status: 413, retryable: false, scope: 'client' },
  headers_too_large: { status: 431, retryable: false, scope: 'client' },
  unsupported_encoding: { status: 415, retryable: false, scope: 'client' },
  request_timeout: { status: 408, retryable: true, scope: 'client' },
  too_many_connections: { status: 429, retryable: true, scope: 'client' },
  client_closed: { status: 499, retryable: false, scope: 'client' },
  address_not_allowed: { status: 403, retryable: false, scope: 'client' },
  rate_limited: { status: 429, retryable: true, scope: 'client' },
  concurrency_limited: { status: 429, retryable: true, scope: 'client' },
  budget_exhausted: { status: 429, retryable: true, scope: 'client' },
  // What a provider answered.
  upstream_invalid_request: { status: 400, retryable: false, scope: 'request' },
  upstream_context_length: { status: 400, retryable: false, scope: 'request' },
  upstream_content_filter: { status: 400, retryable: false, scope: 'request' },
  upstream_auth_failed: { status: 502, retryable: true, scope: 'credential' },
  upstream_payment_required: { status: 502, retryable: true, scope: 'credential' },
  upstream_model_not_found: { status: 404, retryable: true, scope: 'model' },
  upstream_rate_limited: { status: 429, retryable: true, scope: 'credential' },
  upstream_overloaded: { status: 503, retryable: true, scope: 'provider' },
  upstream_server_error: { status: 502, retryable: true, scope: 'provider' },
  upstream_malformed: { status: 502, retryable: true, scope: 'provider' },
  upstream_truncated: { status: 502, retryable: true, scope: 'provider' },
  upstream_network_error: { status: 502, retryable: true, scope: 'network' },
  upstream_timeout: { status: 504, retryable: true, scope: 'network' },
  // What the gateway could not do.
  all_cooling: { status: 429, retryable: true, scope: 'gateway' },
  rescue_diverged: { status: 502, retryable: true, scope: 'gateway' },
  total_deadline: { status: 504, retryable: false, scope: 'gateway' },
  no_worker: { status: 503, retryable: true, scope: 'gateway' },
  worker_lost: { status: 502, retryable: true, scope: 'network' },
  operation_not_supported: { status: 404, retryable: true, scope: 'model' },
  credential_unavailable: { status: 503, retryable: true, scope: 'credential' },
  not_ready: { status: 503, retryable: true, scope: 'gateway' },
  draining: { status: 503, retryable: true, scope: 'gateway' },
  internal: { status: 500, retryable: false, scope: 'gateway' },
  // What an operator gave.
  invalid_configuration: { status: 422, retryable: false, scope: 'client' },
  forbidden: { status: 403, retryable: false, scope: 'client' },
  resource_not_found: { status: 404, retryable: false, scope: 'client' },
} as const satisfies Record<string, ErrorCodeFacts>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Whether a word is one of our codes; for data that crossed a process boundary. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CODES, code);
}
