import { ruleFor, type ErrorRule } from './error-rules.js';

const RULES: readonly ErrorRule[] = [
  { status: 400, pattern: 'balance|quota', action: 'continue-and-cooldown' },
  { status: 400, action: 'stop' },
  { pattern: 'overload', action: 'continue' },
  { pattern: '(', action: 'stop' },
];

describe('ruleFor', () => {
  it.each([
    [400, 'Your QUOTA is gone', 'continue-and-cooldown'],
    [400, 'bad field', 'stop'],
    [500, 'Overloaded', 'continue'],
    [undefined, 'overloaded', 'continue'],
    [500, 'quota', undefined],
  ])('finds for %s %s: %s', (status, text, action) => {
    expect(ruleFor(RULES, { status, text })).toBe(action);
  });

  it('looks no further than a page', () => {
    expect(ruleFor(RULES, { status: 500, text: `${' '.repeat(20_000)}overload` })).toBeUndefined();
  });
});
