import { parseOptions } from './options.js';

describe('the options of the bench', () => {
  it('have defaults, and shorter ones for --quick', () => {
    expect(parseOptions([])).toMatchObject({
      subjects: ['floor', 'standalone', 'split'],
      rounds: 5,
      durationMs: 3_000,
    });
    expect(parseOptions(['--quick'])).toMatchObject({ rounds: 2, durationMs: 1_500 });
    expect(parseOptions(['--quick', '--rounds', '4', '--seconds', '0.5'])).toMatchObject({
      rounds: 4,
      durationMs: 500,
    });
  });

  it.each([
    [['--subjects', 'floor,roof'], 'roof is not one of floor, standalone, split'],
    [['--rounds', '0'], '--rounds: 0 is not a positive number'],
    [['--fast'], '--fast'],
  ])('refuse %s', (args, problem) => {
    expect(() => parseOptions(args)).toThrow(problem);
  });
});
