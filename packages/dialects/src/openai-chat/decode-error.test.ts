import { decodeError } from './decode-error.js';

const NOW = Date.parse('2026-11-22T12:00:00Z');

function decode(status: number, body: unknown, headers: Record<string, string> = {}) {
  return decodeError({ status, headers, body: typeof body === 'string' ? body : JSON.stringify(body) }, NOW);
}

function openai(error: Record<string, unknown>) {
  return { error: { message: 'said so', type: 'invalid_request_error', param: null, code: null, ...error } };
}

describe('decodeError', () => {
  it.each([
    [400, openai({ code: 'context_length_exceeded' }), 'upstream_context_length'],
    [400, openai({ message: "This model's maximum context length is 8192 tokens." }), 'upstream_context_length'],
    [413, openai({ message: 'prompt is too long: 9 tokens > 8 maximum' }), 'upstream_context_length'],
    [400, openai({ code: 'content_filter' }), 'upstream_content_filter'],
    [400, openai({ code: 'content_policy_violation' }), 'upstream_content_filter'],
    [403, { error: { code: 403, message: 'flagged', metadata: { reasons: ['violence'] } } }, 'upstream_content_filter'],
    [401, openai({ code: 'invalid_api_key' }), 'upstream_auth_failed'],
    [403, openai({}), 'upstream_auth_failed'],
    [400, { error: 'Incorrect API key provided: xa***.' }, 'upstream_auth_failed'],
    [402, { error: { message: 'Insufficient Balance' } }, 'upstream_payment_required'],
    [429, openai({ code: 'insufficient_quota', type: 'insufficient_quota' }), 'upstream_payment_required'],
    [404, openai({ code: 'model_not_found' }), 'upstream_model_not_found'],
    [404, openai({ message: 'The model `x` does not exist' }), 'upstream_model_not_found'],
    [404, { error: { code: 'DeploymentNotFound', message: 'no' } }, 'upstream_model_not_found'],
    [404, openai({ message: 'No such File object: file-1' }), 'upstream_invalid_request'],
    [404, { detail: 'Not Found' }, 'upstream_malformed'],
    [404, '404 page not found', 'upstream_malformed'],
    [408, 'timed out', 'upstream_timeout'],
    [504, '<html>gateway time-out</html>', 'upstream_timeout'],
    [429, openai({ code: 'rate_limit_exceeded' }), 'upstream_rate_limited'],
    [413, openai({ code: 'rate_limit_exceeded', type: 'tokens' }), 'upstream_rate_limited'],
    [429, '<html>slow down</html>', 'upstream_rate_limited'],
    [503, '', 'upstream_overloaded'],
    [529, {}, 'upstream_overloaded'],
    [500, openai({ type: 'server_error' }), 'upstream_server_error'],
    [502, '<html>bad gateway</html>', 'upstream_server_error'],
    [409, openai({}), 'upstream_invalid_request'],
    [422, { object: 'error', message: 'bad', type: 'invalid_request_error', code: '3051' }, 'upstream_invalid_request'],
    [200, '<!doctype html><title>Welcome</title>', 'upstream_malformed'],
    [404, '<html>nothing here</html>', 'upstream_malformed'],
    [403, '<html>blocked</html>', 'upstream_malformed'],
    [301, '', 'upstream_malformed'],
  ])('reads %d with %j as %s', (status, body, code) => {
    expect(decode(status, body).code).toBe(code);
  });

  it('keeps status, message, parameter and code of a refused request', () => {
    expect(decode(422, openai({ message: 'n is too big', param: 'n', code: 'integer_above_max_value' }))).toEqual({
      code: 'upstream_invalid_request',
      message: 'n is too big',
      status: 422,
      param: 'n',
      upstream: { status: 422, code: 'integer_above_max_value', type: 'invalid_request_error' },
    });
  });

  it.each([
    [{ detail: [{ loc: ['body', 'messages', 0], msg: 'field required' }] }, 'body.messages.0: field required'],
    [{ message: { detail: [{ loc: ['body', 'n'], msg: 'too big' }] } }, 'body.n: too big'],
    [{ detail: 'no tools here' }, 'no tools here'],
    ['plainly wrong', 'plainly wrong'],
    [{ error: 'plainly wrong' }, 'plainly wrong'],
    [[{ error: { message: 'in a list' } }], 'in a list'],
    [
      { error: { message: 'Provider returned error', metadata: { raw: 'the reason' } } },
      'Provider returned error: the reason',
    ],
    [{}, 'the provider failed (400) without saying why'],
  ])('finds the message in %j', (body, message) => {
    expect(decode(400, body).message).toBe(message);
  });

  it('never repeats what a provider says of keys, and cuts long texts', () => {
    const auth = decode(401, openai({ message: 'Incorrect API key provided: sk-proj-abcdefgh1234' }));
    expect(auth.message).toBe("the provider refused the gateway's credential (401)");
    expect(auth.status).toBe(502);
    expect(decode(400, openai({ message: 'key sk-proj-abcdefgh1234 of org-AbCdEfGhIjKl' })).message).toBe(
      'key [redacted] of [redacted]',
    );
    expect(decode(400, openai({ message: 'x'.repeat(5000) })).message).toHaveLength(1001);
  });

  it('says that the base URL is likely wrong for a page instead of an answer', () => {
    expect(decode(200, '<html></html>', { 'content-type': 'text/html' }).message).toContain('base URL is likely wrong');
    expect(decode(404, { detail: 'Not Found' }).message).toContain('base URL is likely wrong');
  });

  it('reads how long to wait', () => {
    expect(decode(429, openai({}), { 'retry-after': '7' })).toMatchObject({ status: 429, retryAfterMs: 7000 });
    expect(decode(429, openai({}), { 'x-ratelimit-reset-tokens': '6m0s' }).retryAfterMs).toBe(360_000);
    expect(decode(503, '', { 'retry-after': 'Sun, 22 Nov 2026 12:00:09 GMT' }).retryAfterMs).toBe(9000);
  });
});
