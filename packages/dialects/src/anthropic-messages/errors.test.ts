import { GatewayError, type ErrorCode } from '@switchyard/canonical';

import { decodeError } from './decode-error.js';
import { decodeResponse } from './decode-response.js';
import { encodeError, encodeStreamError } from './encode-error.js';

const body = (type: string, message = 'SECRET') => JSON.stringify({ type: 'error', error: { type, message } });

function decode(status: number, text: string, headers: Record<string, string> = {}) {
  return decodeError({ status, headers, body: text }, Date.parse('2026-11-22T12:00:00Z'));
}

describe('decodeError', () => {
  it.each<[number, string, string, ErrorCode, number]>([
    [400, 'invalid_request_error', 'max_tokens: required', 'upstream_invalid_request', 400],
    [422, 'invalid_request_error', 'no', 'upstream_invalid_request', 422],
    [413, 'request_too_large', 'no', 'upstream_invalid_request', 413],
    [
      400,
      'invalid_request_error',
      'prompt is too long: 210000 tokens > 200000 maximum',
      'upstream_context_length',
      400,
    ],
    [
      400,
      'invalid_request_error',
      'input length and `max_tokens` exceed context limit: 1 + 2 > 3',
      'upstream_context_length',
      400,
    ],
    [400, 'invalid_request_error', 'Your credit balance is too low', 'upstream_payment_required', 502],
    [400, 'invalid_request_error', 'Output blocked by content filtering policy', 'upstream_content_filter', 400],
    [402, 'billing_error', 'no', 'upstream_payment_required', 502],
    [401, 'authentication_error', 'invalid x-api-key', 'upstream_auth_failed', 502],
    [403, 'permission_error', 'no', 'upstream_auth_failed', 502],
    [404, 'not_found_error', 'model: claude-x', 'upstream_model_not_found', 404],
    [429, 'rate_limit_error', 'no', 'upstream_rate_limited', 429],
    [500, 'api_error', 'no', 'upstream_server_error', 502],
    [504, 'timeout_error', 'no', 'upstream_timeout', 504],
    [529, 'overloaded_error', 'Overloaded', 'upstream_overloaded', 503],
    [500, 'overloaded_error', 'Overloaded', 'upstream_overloaded', 503],
    [503, 'strange_error', 'no', 'upstream_overloaded', 503],
    [418, 'strange_error', 'no', 'upstream_invalid_request', 418],
  ])('reads %d %s "%s" as %s, %d for the client', (status, type, message, code, clientStatus) => {
    const error = decode(status, body(type, message));
    expect(error).toMatchObject({ code, status: clientStatus, upstream: { status, type } });
  });

  it('passes on what concerns the request, and not what concerns the account', () => {
    expect(decode(400, body('invalid_request_error')).message).toBe('SECRET');
    for (const [status, type] of [
      [401, 'authentication_error'],
      [403, 'permission_error'],
      [402, 'billing_error'],
    ] as const) {
      expect(decode(status, body(type)).message).not.toContain('SECRET');
    }
  });

  it.each([[200], [301], [400], [403], [404]])('takes a page with status %d for a wrong base-url', (status) => {
    const error = decode(status, '<html>hello</html>');
    expect(error.code).toBe('upstream_malformed');
    expect(error.message).toContain('base-url');
  });

  it.each<[number, ErrorCode]>([
    [401, 'upstream_auth_failed'],
    [429, 'upstream_rate_limited'],
    [502, 'upstream_server_error'],
    [503, 'upstream_overloaded'],
  ])('needs no body to understand %d', (status, code) => {
    expect(decode(status, '<html>nginx</html>').code).toBe(code);
  });

  it('says how long to wait, and takes the reset of a limit for that only when the limit was hit', () => {
    const reset = { 'anthropic-ratelimit-requests-reset': '2026-11-22T12:01:00Z' };
    expect(decode(429, body('rate_limit_error'), { 'retry-after': '30' }).retryAfterMs).toBe(30_000);
    expect(decode(429, body('rate_limit_error'), reset).retryAfterMs).toBe(60_000);
    expect(decode(400, body('invalid_request_error'), reset)).not.toHaveProperty('retryAfterMs');
    expect(decode(529, body('overloaded_error'), { 'retry-after': '5', ...reset }).retryAfterMs).toBe(5000);
  });

  it('understands an error that came with status 200', () => {
    const read = () => decodeResponse(JSON.parse(body('overloaded_error')));
    expect(read).toThrow(GatewayError);
    expect(read).toThrow(expect.objectContaining({ code: 'upstream_overloaded', message: 'SECRET' }));
  });
});

describe('encodeError', () => {
  it.each<[ErrorCode, string, number]>([
    ['invalid_api_key', 'authentication_error', 401],
    ['example_api_key', 'permission_error', 403],
    ['model_not_found', 'not_found_error', 404],
    ['invalid_request', 'invalid_request_error', 400],
    ['method_not_allowed', 'invalid_request_error', 405],
    ['request_too_large', 'request_too_large', 413],
    ['upstream_rate_limited', 'rate_limit_error', 429],
    ['upstream_auth_failed', 'api_error', 502],
    ['upstream_timeout', 'timeout_error', 504],
    ['upstream_overloaded', 'overloaded_error', 503],
    ['internal', 'api_error', 500],
  ])('says %s as %s with status %d', (code, type, status) => {
    const encoded = encodeError(new GatewayError(code, 'what to do').toData(), 'req_1');
    expect(encoded.status).toBe(status);
    expect(JSON.parse(encoded.body)).toEqual({
      type: 'error',
      error: { type, message: 'what to do' },
      request_id: 'req_1',
    });
  });

  it("keeps Anthropic's own 529", () => {
    const data = new GatewayError('upstream_overloaded', 'busy', { upstream: { status: 529 } }).toData();
    expect(encodeError(data, 'r').status).toBe(529);
  });

  it('rounds the wait up to whole seconds', () => {
    const data = new GatewayError('upstream_rate_limited', 'wait', { retryAfterMs: 1200 }).toData();
    expect(encodeError(data, 'r').headers).toMatchObject({ 'retry-after': '2', 'content-type': 'application/json' });
  });

  it('ends a stream with an error event', () => {
    const text = encodeStreamError(new GatewayError('upstream_truncated', 'cut').toData(), 'req_1');
    expect(text).toBe(
      'event: error\ndata: {"type":"error","error":{"type":"api_error","message":"cut"},"request_id":"req_1"}\n\n',
    );
  });
});
