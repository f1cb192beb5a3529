import { parseRetryAfterMs } from './retry-after.js';

const NOW = Date.parse('2026-11-22T12:00:00Z');

describe('parseRetryAfterMs', () => {
  it.each([
    [{ 'retry-after': '30' }, 30_000],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': 'Sun, 22 Nov 2026 12:00:45 GMT' }, 45_000],
    [{ 'retry-after': 'Sun, 22 Nov 2026 11:00:00 GMT' }, 0],
    [{ 'retry-after-ms': '1250', 'retry-after': '2' }, 1250],
    [{ 'x-ratelimit-reset-requests': '1s' }, 1000],
    [{ 'x-ratelimit-reset-tokens': '6m0s' }, 360_000],
    [{ 'x-ratelimit-reset-tokens': '20ms' }, 20],
    [{ 'x-ratelimit-reset-requests': '1h2m3.5s' }, 3_723_500],
    [{ 'x-ratelimit-reset': String(NOW + 5000) }, 5000],
    [{ 'x-ratelimit-reset': String(NOW / 1000 + 7) }, 7000],
    [{ 'anthropic-ratelimit-requests-reset': '2026-11-22T12:01:00Z' }, 60_000],
  ])('reads %j as %d ms', (headers, expected) => {
    expect(parseRetryAfterMs(headers, NOW)).toBe(expected);
  });

  it.each([
    [{}],
    [{ 'retry-after': '' }],
    [{ 'retry-after': 'soon' }],
    [{ 'retry-after-ms': 'x' }],
    [{ 'retry-after': '-1 s' }],
  ])('finds no wait in %j', (headers) => {
    expect(parseRetryAfterMs(headers, NOW)).toBeUndefined();
  });

  it('waits for the limit that is exhausted, not for one that has room', () => {
    const headers = {
      'x-ratelimit-remaining-requests': '10',
      'x-ratelimit-reset-requests': '24h',
      'x-ratelimit-remaining-tokens': '0',
      'x-ratelimit-reset-tokens': '7.66s',
    };
    expect(parseRetryAfterMs(headers, NOW)).toBe(7660);
  });

  it('takes the earliest reset when no limit is said to be exhausted', () => {
    expect(parseRetryAfterMs({ 'x-ratelimit-reset-requests': '24h', 'x-ratelimit-reset-tokens': '2s' }, NOW)).toBe(
      2000,
    );
  });
});
