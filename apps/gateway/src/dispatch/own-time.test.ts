import { failedEnd } from '@switchyard/wire';

import { inOwnTime } from './own-time.js';

const late = failedEnd({ code: 'total_deadline', message: 'late', status: 504 });

describe('inOwnTime', () => {
  it('takes an attempt that had less time than its request for a slow upstream', () => {
    const end = inOwnTime(late, { totalMs: 1_000, leftMs: 5_000.4 });
    expect(end.error).toEqual({ code: 'upstream_timeout', message: 'late', status: 504 });
  });

  it("leaves the request's own end of time alone, and every other failure", () => {
    expect(inOwnTime(late, { totalMs: 5_000, leftMs: 5_000.4 })).toBe(late);
    const other = failedEnd({ code: 'worker_lost', message: 'gone', status: 502 });
    expect(inOwnTime(other, { totalMs: 1_000, leftMs: 5_000 })).toBe(other);
  });
});
