import { isAccountWide, readHeadroom } from './headroom.js';

const NOW = Date.parse('2026-11-22T12:00:00Z');

describe('readHeadroom', () => {
  it('reads what OpenAI and Groq tell, with their durations', () => {
    const headers = {
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': '59',
      'x-ratelimit-reset-requests': '1s',
      'x-ratelimit-limit-tokens': '150000',
      'x-ratelimit-remaining-tokens': '149984',
      'x-ratelimit-reset-tokens': '6m0s',
    };
    expect(readHeadroom(headers, NOW)).toEqual({
      requests: { remaining: 59, limit: 60, resetAtMs: NOW + 1_000 },
      tokens: { remaining: 149_984, limit: 150_000, resetAtMs: NOW + 360_000 },
      observedAtMs: NOW,
    });
  });

  it('reads what Anthropic tells, with its dates', () => {
    const headers = {
      'anthropic-ratelimit-requests-limit': '50',
      'anthropic-ratelimit-requests-remaining': '0',
      'anthropic-ratelimit-requests-reset': '2026-11-22T12:00:30Z',
      'anthropic-ratelimit-input-tokens-remaining': '1000',
      'anthropic-ratelimit-output-tokens-remaining': '200',
    };
    expect(readHeadroom(headers, NOW)).toEqual({
      requests: { remaining: 0, limit: 50, resetAtMs: NOW + 30_000 },
      inputTokens: { remaining: 1_000 },
      outputTokens: { remaining: 200 },
      observedAtMs: NOW,
    });
  });

  it('reads the plain form, with milliseconds since 1970', () => {
    const headers = {
      'x-ratelimit-limit': '20',
      'x-ratelimit-remaining': '7',
      'x-ratelimit-reset': String(NOW + 2_500),
    };
    expect(readHeadroom(headers, NOW)).toEqual({
      requests: { remaining: 7, limit: 20, resetAtMs: NOW + 2_500 },
      observedAtMs: NOW,
    });
  });

  it.each([[{}], [{ 'x-ratelimit-limit-requests': '60' }], [{ 'x-ratelimit-remaining-requests': 'plenty' }]])(
    'finds nothing in %j',
    (headers) => {
      expect(readHeadroom(headers, NOW)).toBeUndefined();
    },
  );
});

describe('isAccountWide', () => {
  it('knows a subscription whose limit is reached', () => {
    expect(isAccountWide({ 'anthropic-ratelimit-unified-status': 'rejected' })).toBe(true);
    expect(isAccountWide({ 'anthropic-ratelimit-unified-status': 'allowed' })).toBe(false);
    expect(isAccountWide({})).toBe(false);
  });
});
