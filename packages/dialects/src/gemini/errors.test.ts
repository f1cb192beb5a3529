import type { GatewayErrorData } from '@switchyard/canonical';

import { decodeError } from './decode-error.js';
import { encodeError, encodeStreamError } from './encode-error.js';

function decode(status: number, error: Record<string, unknown> | string, headers: Record<string, string> = {}) {
  const body = typeof error === 'string' ? error : JSON.stringify({ error: { code: status, ...error } });
  return decodeError({ status, headers, body }, 0);
}

const RETRY = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.074824224s' };
const INFO = { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' };

describe('decodeError', () => {
  it.each([
    [400, 'INVALID_ARGUMENT', 'Invalid value at contents', 'upstream_invalid_request', 400],
    [400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.', 'upstream_auth_failed', 502],
    [400, 'INVALID_ARGUMENT', 'API key expired. Please renew the API key.', 'upstream_auth_failed', 502],
    [
      400,
      'INVALID_ARGUMENT',
      'The input token count (1048577) exceeds the maximum number of tokens allowed (1048576).',
      'upstream_context_length',
      400,
    ],
    [400, 'FAILED_PRECONDITION', 'Gemini API free tier is not available', 'upstream_payment_required', 502],
    [401, 'UNAUTHENTICATED', 'no', 'upstream_auth_failed', 502],
    [403, 'PERMISSION_DENIED', 'no', 'upstream_auth_failed', 502],
    [404, 'NOT_FOUND', 'models/x is not found', 'upstream_model_not_found', 404],
    [429, 'RESOURCE_EXHAUSTED', 'You exceeded your current quota', 'upstream_rate_limited', 429],
    [429, 'RESOURCE_EXHAUSTED', 'Your prepayment credits are depleted.', 'upstream_payment_required', 502],
    [500, 'INTERNAL', 'An internal error has occurred.', 'upstream_server_error', 502],
    [503, 'UNAVAILABLE', 'The model is overloaded.', 'upstream_overloaded', 503],
    [504, 'DEADLINE_EXCEEDED', 'too slow', 'upstream_timeout', 504],
    [418, undefined, 'teapot', 'upstream_invalid_request', 418],
    [501, undefined, '', 'upstream_server_error', 502],
  ])('reads %d %s, "%s" as %s', (status, word, message, code, seen) => {
    expect(decode(status, { status: word, message })).toMatchObject({ code, status: seen, upstream: { status } });
  });

  it('keeps the word and the reason of the upstream, and how long it asks to wait', () => {
    expect(decode(429, { status: 'RESOURCE_EXHAUSTED', message: 'slow', details: [RETRY] })).toMatchObject({
      retryAfterMs: 34_075,
      upstream: { status: 429, code: 'RESOURCE_EXHAUSTED', type: 'RESOURCE_EXHAUSTED' },
    });
    expect(decode(429, { message: 'slow' }, { 'retry-after': '7' })).toMatchObject({ retryAfterMs: 7000 });
    expect(decode(400, { status: 'INVALID_ARGUMENT', message: 'x', details: [INFO] }).upstream).toMatchObject({
      code: 'API_KEY_INVALID',
      type: 'INVALID_ARGUMENT',
    });
  });

  it('names the field at fault', () => {
    const details = [
      { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [{ field: 'contents[0].parts' }] },
    ];
    expect(decode(400, { status: 'INVALID_ARGUMENT', message: 'x', details }).param).toBe('contents[0].parts');
  });

  it('reads an error in a list, as streams without `alt` have it', () => {
    const body = JSON.stringify([{ error: { code: 404, message: 'gone', status: 'NOT_FOUND' } }]);
    expect(decode(404, body)).toMatchObject({ code: 'upstream_model_not_found', message: 'gone' });
  });

  it('keeps what is about the operator to itself', () => {
    const { message } = decode(403, { status: 'PERMISSION_DENIED', message: 'project 12345 has no access' });
    expect(message).toBe("the provider refused the gateway's credential (403)");
  });

  it('takes a page for a wrong address, unless its status says enough', () => {
    expect(decode(404, '<html>Not Found</html>')).toMatchObject({ code: 'upstream_malformed', status: 502 });
    expect(decode(503, '<html>Busy</html>')).toMatchObject({ code: 'upstream_overloaded' });
    expect(decode(429, '')).toMatchObject({ code: 'upstream_rate_limited' });
  });
});

describe('encodeError', () => {
  it("answers in Google's shape", () => {
    const error: GatewayErrorData = {
      code: 'upstream_rate_limited',
      message: 'slow down',
      status: 429,
      param: 'model',
      retryAfterMs: 6500,
    };
    const { status, headers, body } = encodeError(error, 'req-1');
    expect([status, headers['retry-after']]).toEqual([429, '7']);
    expect(JSON.parse(body)).toEqual({
      error: {
        code: 429,
        message: 'slow down',
        status: 'RESOURCE_EXHAUSTED',
        details: [
          {
            '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
            reason: 'UPSTREAM_RATE_LIMITED',
            domain: 'switchyard',
          },
          {
            '@type': 'type.googleapis.com/google.rpc.BadRequest',
            fieldViolations: [{ field: 'model', description: 'slow down' }],
          },
          { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '7s' },
          { '@type': 'type.googleapis.com/google.rpc.RequestInfo', requestId: 'req-1' },
        ],
      },
    });
  });

  it.each([
    [400, 'INVALID_ARGUMENT'],
    [401, 'UNAUTHENTICATED'],
    [403, 'PERMISSION_DENIED'],
    [404, 'NOT_FOUND'],
    [413, 'INVALID_ARGUMENT'],
    [500, 'INTERNAL'],
    [502, 'UNAVAILABLE'],
    [503, 'UNAVAILABLE'],
    [504, 'DEADLINE_EXCEEDED'],
  ])('calls %d %s', (status, word) => {
    const { body } = encodeError({ code: 'internal', message: 'm', status }, 'req-1');
    expect(JSON.parse(body).error.status).toBe(word);
  });

  it('keeps the own code of an upstream where it is about the request', () => {
    const error: GatewayErrorData = {
      code: 'upstream_context_length',
      message: 'too long',
      status: 400,
      upstream: { code: 'context_length_exceeded' },
    };
    expect(encodeError(error, 'r').body).toContain('"CONTEXT_LENGTH_EXCEEDED"');
    expect(encodeError({ ...error, code: 'upstream_auth_failed' }, 'r').body).toContain('"UPSTREAM_AUTH_FAILED"');
  });

  it('survives its own reading', () => {
    const error: GatewayErrorData = { code: 'upstream_overloaded', message: 'busy', status: 503, retryAfterMs: 2000 };
    const { status, body } = encodeError(error, 'req-1');
    expect(decodeError({ status, headers: {}, body }, 0)).toMatchObject(error);
    expect(encodeStreamError(error, 'req-1')).toBe(`data: ${body}\n\n`);
  });
});
