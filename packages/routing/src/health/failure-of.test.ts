import { ERROR_CODES, isErrorCode, OPERATIONS, type ErrorCode } from '@switchyard/canonical';

import { failureOf, showsHealth, type CoolingSettings, type FailedAttempt } from './failure-of.js';
import { afterFailure, type HealthRecord } from './health-record.js';

const SECOND = 1000;
const MINUTE = 60_000;

interface Facts extends Partial<Omit<FailedAttempt['error'], 'code'>> {
  readonly quotaScope?: 'account' | 'model';
  readonly disableCooling?: boolean;
  readonly operation?: FailedAttempt['operation'];
}

function attempt(code: ErrorCode, facts: Facts = {}): FailedAttempt {
  const { quotaScope, disableCooling, operation = 'chat', ...error } = facts;
  return { credential: { id: 'c', quotaScope, disableCooling }, model: 'm', operation, error: { code, ...error } };
}

/** The windows that a failure opens again and again, until they grow no more: `scope state 1s 2s 4s`. */
function told(failed: FailedAttempt, settings: CoolingSettings = {}): string {
  const failure = failureOf(failed, settings);
  if (failure === undefined) return 'nobody';
  const windows: string[] = [];
  let record: HealthRecord | undefined;
  for (let nowMs = 1e12; windows.at(-1) !== windows.at(-2) || windows.length < 2; nowMs = record.untilMs) {
    record = afterFailure(record, failure, nowMs);
    windows.push(`${(record.untilMs - nowMs) / SECOND}s`);
  }
  return [failure.scope, failure.state, ...windows.slice(0, -1)].join(' ');
}

const ONE_MINUTE = 'c|m cooling 1s 2s 4s 8s 16s 32s 60s';
const QUARTER = 'cooling 1s 2s 4s 8s 16s 32s 64s 128s 256s 512s 900s';

/** Every code of the table: what it does to a credential whose quota is counted for each model. */
const TABLE: Readonly<Record<ErrorCode, string>> = {
  missing_api_key: 'nobody',
  invalid_api_key: 'nobody',
  example_api_key: 'nobody',
  model_not_found: 'nobody',
  route_not_found: 'nobody',
  method_not_allowed: 'nobody',
  invalid_json: 'nobody',
  invalid_request: 'nobody',
  duplicate_field: 'nobody',
  untranslatable_field: 'nobody',
  request_too_large: 'nobody',
  headers_too_large: 'nobody',
  unsupported_encoding: 'nobody',
  request_timeout: 'nobody',
  client_closed: 'nobody',
  address_not_allowed: 'nobody',
  rate_limited: 'nobody',
  too_many_connections: 'nobody',
  concurrency_limited: 'nobody',
  budget_exhausted: 'nobody',
  upstream_invalid_request: 'nobody',
  upstream_context_length: 'nobody',
  upstream_content_filter: 'nobody',
  upstream_auth_failed: 'c parked 300s 600s 900s',
  upstream_payment_required: 'c parked 300s 600s 900s',
  upstream_model_not_found: 'c|m parked 900s',
  upstream_rate_limited: `c|m ${QUARTER}`,
  upstream_overloaded: ONE_MINUTE,
  upstream_server_error: ONE_MINUTE,
  upstream_malformed: ONE_MINUTE,
  upstream_truncated: ONE_MINUTE,
  upstream_network_error: ONE_MINUTE,
  upstream_timeout: ONE_MINUTE,
  all_cooling: 'nobody',
  rescue_diverged: 'nobody',
  total_deadline: 'nobody',
  no_worker: 'nobody',
  worker_lost: 'nobody',
  operation_not_supported: 'nobody',
  credential_unavailable: 'c cooling 1s 2s 4s 8s 16s 32s 60s',
  not_ready: 'nobody',
  draining: 'nobody',
  internal: 'nobody',
  invalid_configuration: 'nobody',
  forbidden: 'nobody',
  resource_not_found: 'nobody',
};

const TRANSIENT = [
  'upstream_overloaded',
  'upstream_server_error',
  'upstream_malformed',
  'upstream_truncated',
  'upstream_network_error',
  'upstream_timeout',
] as const;

describe('failureOf', () => {
  const codes = Object.keys(ERROR_CODES).filter(isErrorCode);

  it.each(codes)('%s counts as the table says', (code) => {
    expect(told(attempt(code))).toBe(TABLE[code]);
  });

  describe('the wait that an upstream asks for', () => {
    it.each<[string, ErrorCode, number, string]>([
      ['is honoured', 'upstream_rate_limited', 42 * SECOND, 'c|m cooling 42s'],
      ['is honoured where it is short', 'upstream_rate_limited', 20, 'c|m cooling 0.02s'],
      ['is honoured beyond the minute of transient errors', 'upstream_overloaded', 5 * MINUTE, 'c|m cooling 300s'],
      ['is honoured by parked ones', 'upstream_payment_required', 30 * SECOND, 'c parked 30s'],
      ['is cut at the longest cooldown', 'upstream_rate_limited', 7 * 24 * 60 * MINUTE, 'c|m cooling 900s'],
      ['is rounded up to whole milliseconds', 'upstream_rate_limited', 1499.2, 'c|m cooling 1.5s'],
      ['is no hint when it is nothing', 'upstream_rate_limited', 0, `c|m ${QUARTER}`],
      ['is no hint when it is in the past', 'upstream_rate_limited', -5, `c|m ${QUARTER}`],
    ])('%s', (_name, code, retryAfterMs, expected) => {
      expect(told(attempt(code, { retryAfterMs }))).toBe(expected);
    });
  });

  describe('whom it counts against', () => {
    it.each<[string, FailedAttempt, string]>([
      [
        'a rate limit, where quota is counted for the account',
        attempt('upstream_rate_limited', { quotaScope: 'account' }),
        `c ${QUARTER}`,
      ],
      [
        'a rate limit of the account, by the answer',
        attempt('upstream_rate_limited', { quotaScope: 'model', scope: 'credential' }),
        `c ${QUARTER}`,
      ],
      [
        'a rate limit of the model, by the answer',
        attempt('upstream_rate_limited', { quotaScope: 'account', scope: 'model' }),
        `c|m ${QUARTER}`,
      ],
      [
        'a rate limit of the provider for everyone',
        attempt('upstream_rate_limited', { quotaScope: 'account', scope: 'provider' }),
        `c|m ${QUARTER}`,
      ],
      [
        'a rate limit that is the request itself, such as one larger than a minute allows',
        attempt('upstream_rate_limited', { scope: 'request' }),
        'nobody',
      ],
      [
        'a key without a right to the model',
        attempt('upstream_auth_failed', { scope: 'model' }),
        'c|m parked 300s 600s 900s',
      ],
      [
        'a failure of the whole account',
        attempt('upstream_server_error', { scope: 'credential' }),
        'c cooling 1s 2s 4s 8s 16s 32s 60s',
      ],
      ["a timeout that is the client's doing", attempt('upstream_timeout', { scope: 'client' }), 'nobody'],
    ])('%s', (_name, failed, expected) => {
      expect(told(failed)).toBe(expected);
    });
  });

  describe('the settings', () => {
    it.each(TRANSIENT)('set the first window of %s, or that there is none', (code) => {
      expect(told(attempt(code), { transientCooldownMs: 20 * SECOND })).toBe('c|m cooling 20s 40s 60s');
      expect(told(attempt(code), { transientCooldownMs: 5 * MINUTE })).toBe('c|m cooling 300s');
      expect(told(attempt(code), { transientCooldownMs: 0 })).toBe('nobody');
    });

    it('leave rate limits cooling where transient errors do not', () => {
      expect(told(attempt('upstream_rate_limited'), { transientCooldownMs: 0 })).toBe(`c|m ${QUARTER}`);
    });

    it.each(codes.filter((code) => TABLE[code] !== 'nobody'))('cap every window of %s', (code) => {
      for (const facts of [{}, { retryAfterMs: MINUTE }]) {
        const windows = told(attempt(code, facts), { maxCooldownMs: 300 }).split(' ').slice(2);
        expect(windows).toEqual(['0.3s']);
      }
    });

    it.each(codes)('keep %s from counting where cooling is off', (code) => {
      expect(told(attempt(code), { disableCooling: true })).toBe('nobody');
      expect(told(attempt(code, { disableCooling: true }))).toBe('nobody');
      expect(told(attempt(code, { disableCooling: false }), { disableCooling: true })).toBe(TABLE[code]);
      expect(told(attempt(code, { disableCooling: true, rule: 'stop-and-cooldown' }))).toBe('nobody');
    });
  });

  describe("an operator's rule", () => {
    it.each(codes)('has the last word on %s', (code) => {
      for (const rule of ['stop', 'continue'] as const) expect(told(attempt(code, { rule }))).toBe('nobody');
      for (const rule of ['stop-and-cooldown', 'continue-and-cooldown'] as const) {
        expect(told(attempt(code, { rule }))).toBe(TABLE[code] === 'nobody' ? ONE_MINUTE : TABLE[code]);
      }
    });

    it("cools what is the request's doing, for as long as the answer says", () => {
      const failed = attempt('upstream_invalid_request', { rule: 'stop-and-cooldown', retryAfterMs: MINUTE });
      expect(told(failed)).toBe('c|m cooling 60s');
    });

    it('cools a transient error where the settings do not', () => {
      const failed = attempt('upstream_server_error', { rule: 'continue-and-cooldown' });
      expect(told(failed, { transientCooldownMs: 0 })).toBe(ONE_MINUTE);
    });
  });

  describe('operations', () => {
    it.each(OPERATIONS)('%s', (operation) => {
      const exempt = {
        'count-tokens': ['upstream_auth_failed', 'upstream_payment_required'],
        'responses-compact': ['upstream_auth_failed', 'upstream_payment_required', 'upstream_rate_limited'],
      }[String(operation)];
      for (const code of codes) {
        const counts = exempt?.includes(code) ?? true;
        expect(told(attempt(code, { operation }))).toBe(counts ? TABLE[code] : 'nobody');
      }
    });
  });
});

describe('showsHealth', () => {
  it('is so when the upstream judged the request, and only then', () => {
    const shown = Object.keys(ERROR_CODES)
      .filter(isErrorCode)
      .filter((code) => showsHealth({ code }));
    expect(shown).toEqual(['upstream_invalid_request', 'upstream_context_length', 'upstream_content_filter']);
    expect(showsHealth({ code: 'upstream_rate_limited', scope: 'request' })).toBe(true);
    expect(showsHealth({ code: 'upstream_invalid_request', scope: 'credential' })).toBe(false);
  });
});
