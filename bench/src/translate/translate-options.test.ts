import { parseTranslateOptions } from './translate-options.js';

describe('the options of the translation bench', () => {
  it('have defaults, and shorter ones for --quick', () => {
    expect(parseTranslateOptions([])).toEqual({ help: false, rounds: 9, runMs: 300, jsonFile: undefined });
    expect(parseTranslateOptions(['--quick', '--json', 'x.json'])).toMatchObject({ rounds: 3, jsonFile: 'x.json' });
  });

  it.each([
    [['--rounds', 'few'], '--rounds: few is not a positive number'],
    [['--subjects', 'floor'], '--subjects'],
  ])('refuse %s', (args, problem) => {
    expect(() => parseTranslateOptions(args)).toThrow(problem);
  });
});
