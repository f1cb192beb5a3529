import { parseCommandOptions } from './command-options.js';
import { parseOptions, parseSubjects } from './options.js';

describe('the options of the bench', () => {
  it('have defaults, and shorter ones for --quick', () => {
    expect(parseOptions([])).toMatchObject({
      rounds: 8,
      durationMs: 1_500,
      quick: false,
      profile: false,
      jsonFile: undefined,
    });
    expect(parseOptions(['--quick'])).toMatchObject({ rounds: 2, durationMs: 400, quick: true });
    expect(parseOptions(['--quick', '--rounds', '4', '--seconds', '0.25'])).toMatchObject({
      rounds: 4,
      durationMs: 250,
    });
  });

  it('measure Switchyard in both profiles, or in the one that is named', () => {
    expect(parseSubjects('floor, split,standalone:policy')).toEqual([
      { subject: 'floor', profile: 'bare' },
      { subject: 'split', profile: 'bare' },
      { subject: 'split', profile: 'policy' },
      { subject: 'standalone', profile: 'policy' },
    ]);
    expect(parseOptions([]).subjects).toHaveLength(7);
  });

  it('of a command that runs for minutes take them, and of others do not', () => {
    const rounds = { subjects: 'split:policy', rounds: 3, quickRounds: 1 };
    const minutes = { ...rounds, minutes: 60, quickMinutes: 2 };
    expect(parseCommandOptions([], minutes).minutes).toBe(60);
    expect(parseCommandOptions(['--quick'], minutes).minutes).toBe(2);
    expect(parseCommandOptions(['--minutes', '0.5'], minutes).minutes).toBe(0.5);
    expect(() => parseCommandOptions(['--minutes', '5'], rounds)).toThrow('--minutes: this command has rounds');
  });

  it.each([
    [['--subjects', 'floor,roof'], 'roof is not one of direct, floor, standalone, split, portkey'],
    [['--subjects', 'portkey:policy'], 'portkey has no profile policy'],
    [['--rounds', '0'], '--rounds: 0 is not a positive number'],
    [['--fast'], '--fast'],
  ])('refuse %s', (args, problem) => {
    expect(() => parseOptions(args)).toThrow(problem);
  });
});
