import type { GatewayErrorData } from '@switchyard/canonical';

import { encodeError, encodeStreamError } from './encode-error.js';

function shape(error: GatewayErrorData): unknown {
  return JSON.parse(encodeError(error).body);
}

describe('encodeError', () => {
  it('answers in the shape of the API', () => {
    expect(encodeError({ code: 'invalid_request', message: 'no model', status: 400, param: 'model' })).toEqual({
      status: 400,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: '{"error":{"message":"no model","type":"invalid_request_error","param":"model","code":"invalid_request"}}',
    });
  });

  it.each([
    ['invalid_api_key', 401, 'invalid_request_error', 'invalid_api_key'],
    ['missing_api_key', 401, 'invalid_request_error', 'invalid_api_key'],
    ['example_api_key', 403, 'permission_error', 'example_api_key'],
    ['model_not_found', 404, 'invalid_request_error', 'model_not_found'],
    ['upstream_context_length', 400, 'invalid_request_error', 'context_length_exceeded'],
    ['upstream_rate_limited', 429, 'rate_limit_error', 'rate_limit_exceeded'],
    ['upstream_auth_failed', 502, 'server_error', 'upstream_auth_failed'],
    ['no_worker', 503, 'server_error', 'no_worker'],
  ] as const)('says %s (%d) as %s, %s', (code, status, type, word) => {
    expect(shape({ code, message: 'm', status })).toEqual({ error: { message: 'm', type, param: null, code: word } });
  });

  it("passes on the upstream's code for the client's request, but not for the operator's account", () => {
    const upstream = { status: 400, code: 'unsupported_parameter' };
    expect(shape({ code: 'upstream_invalid_request', message: 'm', status: 400, upstream })).toMatchObject({
      error: { code: 'unsupported_parameter' },
    });
    expect(shape({ code: 'upstream_auth_failed', message: 'm', status: 502, upstream })).toMatchObject({
      error: { code: 'upstream_auth_failed' },
    });
  });

  it.each([
    [0, '1'],
    [999, '1'],
    [1001, '2'],
    [60_000, '60'],
  ])('tells a wait of %d ms as %s s', (retryAfterMs, seconds) => {
    const error = { code: 'upstream_rate_limited', message: 'm', status: 429, retryAfterMs } as const;
    expect(encodeError(error).headers['retry-after']).toBe(seconds);
  });
});

describe('encodeStreamError', () => {
  it('writes the same body as one event', () => {
    const error = { code: 'upstream_timeout', message: 'm', status: 504 } as const;
    expect(encodeStreamError(error)).toBe(`data: ${encodeError(error).body}\n\n`);
  });
});
