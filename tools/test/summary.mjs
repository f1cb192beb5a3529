/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/**
 * @param {Counts} first
 * @param {Counts} second
 * @returns {Counts}
 */
export function addCounts(first, second) {
  return {
    passed: first.passed + second.passed,
    failed: first.failed + second.failed,
    skipped: first.skipped + second.skipped,
  };
}

/** @param {Counts} counts */
export function isSuccess(counts) {
  return counts.failed === 0;
}

/**
 * The last line of `npm test`, which scripts read.
 *
 * @param {Counts} counts
 */
export function summaryLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/**
 * The counts in jest's JSON result. A test file that could not be loaded counts as one failure, and so does a run that
 * gave no result or failed without a failing test.
 *
 * @param {Record<string, number> | undefined} result
 * @param {boolean} exitedWell
 * @returns {Counts}
 */
export function countsOfJest(result, exitedWell) {
  if (result === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
  return {
    passed: result.numPassedTests,
    failed: failed === 0 && !exitedWell ? 1 : failed,
    skipped: result.numPendingTests + result.numTodoTests,
  };
}
