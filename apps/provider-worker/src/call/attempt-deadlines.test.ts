import { jest } from '@jest/globals';

import { AttemptDeadlines } from './attempt-deadlines.js';
import { YoungWaits } from './young-waits.js';

const WAITS = { connectMs: 0, headersMs: 0, idleMs: 0, firstContentMs: 0, totalMs: 0 };

let client: AbortController;

beforeEach(() => {
  jest.useFakeTimers();
  client = new AbortController();
});

afterEach(() => jest.useRealTimers());

function deadlinesOf(waits: Partial<typeof WAITS>, stream = true): AttemptDeadlines {
  return new AttemptDeadlines({ deadlines: { ...WAITS, ...waits }, stream }, client.signal, new YoungWaits());
}

describe('AttemptDeadlines', () => {
  it.each([1, 900, 1_500, 600_000, 2 ** 31 + 7])('ends an attempt after %d ms, not sooner', (totalMs) => {
    const deadlines = deadlinesOf({ totalMs });
    jest.advanceTimersByTime(totalMs - 1);
    expect(deadlines.signal.aborted).toBe(false);
    jest.advanceTimersByTime(2);
    expect(deadlines.reason?.code).toBe('total_deadline');
    deadlines.close();
  });

  it('ends a stream whose first content is late, and says so', () => {
    const deadlines = deadlinesOf({ totalMs: 9_000, firstContentMs: 3_000 });
    jest.advanceTimersByTime(3_001);
    expect(deadlines.reason).toMatchObject({ code: 'upstream_timeout', message: expect.stringContaining('3000 ms') });
    deadlines.close();
  });

  it('waits for the first content alone where there is no total', () => {
    const deadlines = deadlinesOf({ firstContentMs: 3_000 });
    jest.advanceTimersByTime(3_001);
    expect(deadlines.reason?.code).toBe('upstream_timeout');
  });

  it('holds the total still after the first content came', () => {
    const deadlines = deadlinesOf({ totalMs: 9_000, firstContentMs: 3_000 });
    jest.advanceTimersByTime(2_000);
    deadlines.contentCame();
    jest.advanceTimersByTime(6_999);
    expect(deadlines.signal.aborted).toBe(false);
    jest.advanceTimersByTime(2);
    expect(deadlines.reason?.code).toBe('total_deadline');
  });

  it('gives an answer that is not streamed all of the time', () => {
    const deadlines = deadlinesOf({ totalMs: 9_000, firstContentMs: 3_000 }, false);
    jest.advanceTimersByTime(8_000);
    expect(deadlines.signal.aborted).toBe(false);
    deadlines.close();
  });

  it('never ends without a deadline', () => {
    const deadlines = deadlinesOf({});
    jest.advanceTimersByTime(2 ** 31);
    expect(deadlines.signal.aborted).toBe(false);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('leaves no timer behind', () => {
    const deadlines = deadlinesOf({ totalMs: 9_000, firstContentMs: 3_000 });
    deadlines.close();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('ends when the client leaves, or has left before', () => {
    const deadlines = deadlinesOf({ totalMs: 9_000 });
    client.abort();
    expect([deadlines.cancelled, deadlines.reason?.code]).toEqual([true, 'client_closed']);
    expect(deadlinesOf({ totalMs: 9_000 }).reason?.code).toBe('client_closed');
  });
});
