import type { Verdict } from '../choose/choose.js';
import type { HealthRecord } from '../health/health-record.js';
import type { RoutingCredential } from '../snapshot/snapshot.js';
import type { NotACandidate } from './why-not.js';

/** Why a candidate was kept or left out, in words. */
export function verdictInWords({ reason, standing }: Verdict, nowMs: number): string {
  const held = standing.records.map((record) => recordInWords(record, nowMs)).join('; ');
  switch (reason) {
    case 'well':
      return 'healthy, and with room as far as is known';
    case 'probe':
      return `${held}: the next request finds out whether that is over`;
    case 'awaiting-probe':
      return `${held}: one request at a time finds out whether that is over, and others come first`;
    case 'last-healthy':
      return `${held}: a transient error does not put the last one out of use`;
    case 'tight-quota':
      return 'the provider says that little of its quota is left: others come first';
    case 'no-quota':
      return 'its quota at the provider has no room for the request: others come first';
    case 'context-too-small':
      return 'its context is smaller than the request: others come first';
    case 'out-of-use':
      return held;
  }
}

function recordInWords({ scope, state, code, untilMs }: HealthRecord, nowMs: number): string {
  const subject = scope.includes('|') ? 'this model of it' : 'the credential';
  const leftMs = untilMs - nowMs;
  const until = leftMs > 0 ? `for another ${Math.ceil(leftMs / 1_000)} s` : 'until now';
  return `${subject} is ${state} after ${code} ${until}`;
}

/** Why a credential is no candidate, in words. */
export function notACandidateInWords(reason: NotACandidate, { prefix }: RoutingCredential): string {
  switch (reason) {
    case 'excluded-model':
      return 'its excluded-models leave the name out';
    case 'prefix-required':
      return `force-model-prefix is on: it is reached as "${prefix ?? ''}/..." only`;
    case 'hidden-by-prefix':
      return 'the name is read as a prefix and a model, which others serve';
    case 'other-prefix':
      return `it is behind the prefix "${prefix ?? ''}"`;
    case 'not-served':
      return 'it does not serve this name';
  }
}
