import type { LimitRule, RuleStanding } from '@switchyard/shared-state';

import { addLimitHeaders, type HeaderFacts } from './limit-headers.js';

const NOW = Date.parse('2026-11-22T12:00:00Z');

const standing = (measure: LimitRule['measure'], remaining: number, resetMs: number): RuleStanding => ({
  rule: { scope: 'key:1', measure, limit: 100, window: { type: 'rolling', ms: 60_000 } },
  remaining,
  resetMs,
});

function limitHeaders(standings: readonly RuleStanding[], facts: HeaderFacts): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  addLimitHeaders(headers, standings, facts);
  return headers;
}

describe('addLimitHeaders', () => {
  it('tells of the nearest limit of each measure, as OpenAI does', () => {
    const standings = [standing('requests', 40, 1), standing('requests', 3, 7_660), standing('tokens', 9, 360_000)];
    expect(limitHeaders(standings, { dialect: 'openai-chat', nowMs: NOW })).toEqual({
      'x-ratelimit-limit-requests': '100',
      'x-ratelimit-remaining-requests': '3',
      'x-ratelimit-reset-requests': '7.66s',
      'x-ratelimit-limit-tokens': '100',
      'x-ratelimit-remaining-tokens': '9',
      'x-ratelimit-reset-tokens': '6m0s',
    });
  });

  it('adds the names that clients of Anthropic know', () => {
    expect(limitHeaders([standing('requests', 3, 500)], { dialect: 'anthropic-messages', nowMs: NOW })).toEqual({
      'x-ratelimit-limit-requests': '100',
      'x-ratelimit-remaining-requests': '3',
      'x-ratelimit-reset-requests': '500ms',
      'anthropic-ratelimit-requests-limit': '100',
      'anthropic-ratelimit-requests-remaining': '3',
      'anthropic-ratelimit-requests-reset': '2026-11-22T12:00:00.500Z',
    });
  });

  it.each([
    [-5, '0ms'],
    [0.4, '1ms'],
    [999.5, '1s'],
    [1_000, '1s'],
    [1_001, '1.001s'],
    [7_100, '7.1s'],
    [59_999, '59.999s'],
    [60_000, '1m0s'],
    [61_050, '1m1.05s'],
  ])('writes %p ms until then as %s', (resetMs, written) => {
    const headers = limitHeaders([standing('requests', 3, resetMs)], { dialect: 'openai-chat', nowMs: NOW });
    expect(headers['x-ratelimit-reset-requests']).toBe(written);
  });

  it('says nothing of what clients know no header for', () => {
    const standings = [standing('concurrent', 3, 0), standing('usd-micros', 3, 0)];
    expect(limitHeaders(standings, { dialect: 'gemini', nowMs: NOW })).toEqual({});
  });
});
