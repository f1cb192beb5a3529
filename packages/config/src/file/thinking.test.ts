import { parseConfigFile } from './parse-config-file.js';
import { formatProblem } from './problem.js';

/** What a model's `thinking`, as written, becomes; the problems where it is refused. */
function thinkingOf(written: string): unknown {
  const parsed = parseConfigFile({
    text: `api-keys: [client-1]\nclaude-api-key: [{ api-key: k, models: [{ name: m, thinking: ${written} }] }]`,
    filename: 'config.yaml',
    variables: {},
    baseDirectory: '/etc/switchyard',
    readSecretFile: () => '',
  });
  if ('problems' in parsed) return parsed.problems.map(formatProblem).join('\n');
  return parsed.desired.credentials[0]?.models[0]?.thinking;
}

describe('the thinking of a model', () => {
  it.each([
    ['{ levels: [high, low] }', { levels: ['low', 'high'] }],
    ['{ min: 1024, max: 128000, zero-allowed: true }', { budget: { min: 1024, max: 128_000 }, canStop: true }],
    ['{ max: 24576, dynamic-allowed: true }', { budget: { min: 0, max: 24_576 }, canDecide: true }],
    ['{ levels: [none, auto, low] }', { levels: ['low'], canStop: true, canDecide: true }],
    ['{ levels: [] }', {}],
  ])('is read: %s', (written, limits) => {
    expect(thinkingOf(written)).toEqual(limits);
  });

  it.each([
    ['{}', /thinking: must have levels, or a max of tokens; write levels: \[low, medium, high\]/],
    ['{ zero-allowed: true }', /must have levels, or a max/],
    ['{ min: 9, max: 1 }', /has a min above its max/],
    ['{ levels: [loud] }', /levels\[0\].*must be one of none, auto, minimal/],
    ['{ maximum: 9 }', /unknown key/],
  ])('is refused: %s', (written, words) => {
    expect(thinkingOf(written)).toMatch(words);
  });
});
