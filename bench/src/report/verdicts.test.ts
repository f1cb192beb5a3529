import { formatVerdicts, verdictsOf, type Bound } from './verdicts.js';

const bound = (type: Bound['type'], limit: number, reached: number | null): Bound => ({
  budget: 'b',
  type,
  bound: limit,
  unit: 'x',
  reached,
});

describe('a verdict', () => {
  it('says whether a bound is met, and else by how much it is missed', () => {
    const verdicts = verdictsOf([
      bound('at most', 2, 2),
      bound('at most', 2, 2.5),
      bound('at least', 10, 10),
      bound('at least', 10, 6),
      bound('at most', 0, 3),
    ]);
    expect(verdicts.map(({ met }) => met)).toEqual([true, false, true, false, false]);
    expect(verdicts.map(({ missedBy }) => missedBy).slice(0, 4)).toEqual([0, 0.25, 0, 0.4]);
    expect(formatVerdicts(verdicts).split('\n')).toEqual([
      'budget  bound  reached',
      'b        ≤ 2x       2x  met',
      'b        ≤ 2x    2.50x  MISSED by 25 %',
      'b       ≥ 10x      10x  met',
      'b       ≥ 10x       6x  MISSED by 40 %',
      'b        ≤ 0x       3x  MISSED by 3',
    ]);
  });

  it('tells what is to be known where it is missed', () => {
    const [met, missed] = verdictsOf([
      { ...bound('at most', 2, 1), doubt: 'the floor too' },
      { ...bound('at most', 2, 3), doubt: 'the floor too' },
    ]).map((one) => formatVerdicts([one]).split('\n')[1]);
    expect(met).toMatch(/met$/);
    expect(missed).toMatch(/MISSED by 50 % \(the floor too\)$/);
  });

  it('is not passed on what was not measured', () => {
    expect(verdictsOf([bound('at most', 2, null), bound('at most', 2, Number.NaN)])).toEqual([]);
    expect(formatVerdicts([])).toBe('');
  });
});
