import type { ErrorCode } from '@switchyard/canonical';
import { failedEnd } from '@switchyard/wire';

import { tellingFailure } from './telling-failure.js';

const end = (code: ErrorCode) => failedEnd({ code, message: code, status: 500 });
const telling = (...codes: ErrorCode[]) => tellingFailure(codes.map(end))?.error?.code;

describe('tellingFailure', () => {
  it('is none of none', () => {
    expect(tellingFailure([])).toBeUndefined();
  });

  it.each<[ErrorCode[], ErrorCode]>([
    [['upstream_overloaded', 'upstream_model_not_found'], 'upstream_overloaded'],
    [['upstream_auth_failed', 'upstream_rate_limited', 'upstream_auth_failed'], 'upstream_rate_limited'],
    [['upstream_rate_limited', 'upstream_server_error'], 'upstream_server_error'],
    [['upstream_context_length', 'upstream_server_error'], 'upstream_context_length'],
    [['upstream_model_not_found', 'upstream_auth_failed'], 'upstream_auth_failed'],
  ])('of %j is %s', (codes, expected) => {
    expect(telling(...codes)).toBe(expected);
  });
});
