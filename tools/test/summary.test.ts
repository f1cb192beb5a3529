import { addCounts, countsOfJest, isSuccess, summaryLine } from './summary.mjs';

const RESULT = {
  numPassedTests: 5,
  numFailedTests: 0,
  numRuntimeErrorTestSuites: 0,
  numPendingTests: 0,
  numTodoTests: 0,
};

describe('the summary of npm test', () => {
  it('is one line, and names skipped tests only where there are some', () => {
    expect(summaryLine({ passed: 3, failed: 0, skipped: 0 })).toBe('3 passed, 0 failed');
    expect(summaryLine({ passed: 3, failed: 1, skipped: 2 })).toBe('3 passed, 1 failed, 2 skipped');
  });

  it('adds up, and one failure anywhere is a failure', () => {
    const sum = addCounts({ passed: 1, failed: 0, skipped: 0 }, { passed: 2, failed: 1, skipped: 4 });
    expect(sum).toEqual({ passed: 3, failed: 1, skipped: 4 });
    expect([isSuccess(sum), isSuccess({ passed: 0, failed: 0, skipped: 1 })]).toEqual([false, true]);
  });

  it('counts what jest counted, with pending and todo tests as skipped', () => {
    const counts = countsOfJest({ ...RESULT, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1 }, false);
    expect(counts).toEqual({ passed: 5, failed: 1, skipped: 3 });
  });

  it.each([
    ['a file that could not be loaded', { ...RESULT, numRuntimeErrorTestSuites: 1 }, false],
    ['a run that failed without a failing test', RESULT, false],
    ['a run without a result', undefined, true],
  ])('counts %s as a failure', (_name, result, exitedWell) => {
    expect(isSuccess(countsOfJest(result, exitedWell))).toBe(false);
  });
});
