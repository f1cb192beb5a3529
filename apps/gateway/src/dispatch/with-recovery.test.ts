import type { ErrorCode } from '@switchyard/canonical';
import { failedEnd } from '@switchyard/wire';

import { withRecovery } from './with-recovery.js';

const failure = (code: ErrorCode, retryAfterMs?: number) =>
  failedEnd({ code, message: code, status: 500, retryAfterMs });

describe('withRecovery', () => {
  it('tells the wait that no upstream asked for', () => {
    const end = withRecovery(failure('upstream_rate_limited'), { recoversAtMs: 1_500, nowMs: 1_000 });
    expect(end.error?.retryAfterMs).toBe(500);
  });

  it.each([
    ['an upstream asked for another', failure('upstream_rate_limited', 9_000), 1_500],
    ['asking again does not help', failure('upstream_auth_failed'), 1_500],
    ['nobody is held back', failure('upstream_overloaded'), undefined],
  ])('tells nothing new where %s', (_case, end, recoversAtMs) => {
    expect(withRecovery(end, { recoversAtMs, nowMs: 1_000 })).toBe(end);
  });
});
