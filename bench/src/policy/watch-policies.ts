import { setTimeout as sleep } from 'node:timers/promises';

import type { Measurement } from '../measure.js';
import { subjectLabel, type Subject } from '../subjects/subject.js';
import { policyEvidence, policyGaps, type PolicyEvidence } from './policy-evidence.js';
import { openPolicyReader, type PolicyReader, type PolicyState } from './policy-state.js';

// Usage records are written together, and leases given back behind the answers.
const SETTLE_WITHIN_MS = 3_000;
const SETTLE_POLL_MS = 50;
// Between one answer and the next request nothing may be under way for a moment.
const MOST_LOOKS = 5;

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
    const looking = sleep(durationMs / 2).then(() => readWithLeases(reader));
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

/** A moment at which a request was under way, if there is one among a few. */
async function readWithLeases(reader: PolicyReader): Promise<PolicyState> {
  for (let looks = 1; ; looks += 1) {
    const state = await reader.read();
    if (state.concurrent > 0 || looks === MOST_LOOKS) return state;
    await sleep(SETTLE_POLL_MS);
  }
}
