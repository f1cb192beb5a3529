import { setTimeout as sleep } from 'node:timers/promises';

import type { Measurement } from '../measure.js';
import { subjectLabel, type Subject } from '../subjects/subject.js';
import { policyEvidence, policyGaps, type PolicyEvidence } from './policy-evidence.js';
import { openPolicyReader } from './policy-state.js';

// Usage records are written together, and leases given back behind the answers.
const SETTLE_WITHIN_MS = 3_000;
const SETTLE_POLL_MS = 50;

/**
 * Runs a measurement of a subject with policies, and looks before, in the middle and behind it whether all of them were
 * at work: one that was not would cost nothing.
 *
 * @throws Error that names what was not.
 */
export async function watchPolicies(
  subject: Subject,
  { durationMs, measure }: { readonly durationMs: number; measure(): Promise<Measurement> },
): Promise<Measurement & { readonly policies: PolicyEvidence }> {
  const reader = await openPolicyReader(subject);
  try {
    const before = await reader.read();
    const looking = sleep(durationMs / 2).then(() => reader.read());
    const [measurement, during] = await Promise.all([measure(), looking]);
    const { requests, errors, elapsedMs } = measurement.load;
    const deadline = performance.now() + SETTLE_WITHIN_MS;
    for (;;) {
      const evidence = policyEvidence(
        { requests: requests + errors, elapsedMs },
        { before, during, after: await reader.read() },
      );
      const gaps = policyGaps(evidence);
      if (gaps.length === 0) return { ...measurement, policies: evidence };
      if (performance.now() > deadline)
        throw new Error(`${subjectLabel(subject)}, ${measurement.workload}: ${gaps.join('; ')}`);
      await sleep(SETTLE_POLL_MS);
    }
  } finally {
    reader.close();
  }
}
