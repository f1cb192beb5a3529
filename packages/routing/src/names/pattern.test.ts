import { matchesPattern } from './pattern.js';
import { splitThinkingSuffix } from './thinking-suffix.js';

describe('matchesPattern', () => {
  it.each([
    ['claude-*', 'claude-opus', true],
    ['claude-*', 'my-claude-opus', false],
    ['*-preview', 'big-preview', true],
    ['*flash*', 'gemini-flash-lite', true],
    ['a*b*c', 'a-c-b', false],
    ['a*a', 'a', false],
    ['*', '', true],
    ['exact', 'exact', true],
    ['exact', 'exactly', false],
  ])('%s on %s is %s', (pattern, name, expected) => {
    expect(matchesPattern(pattern, name)).toBe(expected);
  });
});

describe('splitThinkingSuffix', () => {
  it.each([
    ['m', { base: 'm' }],
    ['m(high)', { base: 'm', thinking: 'high' }],
    ['m(HIGH)', { base: 'm', thinking: 'high' }],
    ['m(8192)', { base: 'm', thinking: '8192' }],
    ['m(-1)', { base: 'm', thinking: '-1' }],
    ['m(v2)', { base: 'm(v2)' }],
    ['m()', { base: 'm()' }],
    ['(high)', { base: '(high)' }],
  ])('%s', (name, expected) => {
    expect(splitThinkingSuffix(name)).toEqual(expected);
  });
});
