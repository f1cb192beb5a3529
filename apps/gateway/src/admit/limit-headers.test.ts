import type { LimitRule, RuleStanding } from '@switchyard/shared-state';

import { limitHeaders } from './limit-headers.js';

const NOW = Date.parse('2026-11-22T12:00:00Z');

const standing = (measure: LimitRule['measure'], remaining: number, resetMs: number): RuleStanding => ({
  rule: { scope: 'key:1', measure, limit: 100, window: { type: 'rolling', ms: 60_000 } },
  remaining,
  resetMs,
});

describe('limitHeaders', () => {
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

  it('says nothing of what clients know no header for', () => {
    const standings = [standing('concurrent', 3, 0), standing('usd-micros', 3, 0)];
    expect(limitHeaders(standings, { dialect: 'gemini', nowMs: NOW })).toEqual({});
  });
});
