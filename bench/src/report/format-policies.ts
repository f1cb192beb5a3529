import type { PolicyReport } from '../policy/check-policies.js';
import { subjectLabel } from '../subjects/subject.js';
import { roundTripVerdicts } from './budgets.js';
import { formatVerdicts } from './verdicts.js';

/** What Redis was asked for a request, by purpose, with the verdicts, and how many requests were traced. */
export function formatPolicies(policies: PolicyReport): string {
  const lines = policies.redis.map(({ perRequest, ...id }) => {
    const purposes = Object.entries(perRequest).map(([purpose, kinds]) => {
      const commands = Object.entries(kinds).map(([command, count]) => `${command} ${count.toFixed(3)}`);
      return `${purpose}: ${commands.join(', ')}`;
    });
    return `  ${subjectLabel(id)}: ${purposes.join('; ') || 'nothing'}`;
  });
  const { traces } = policies;
  return [
    ...(lines.length === 0 ? [] : ['Commands to Redis per request of 2 KB:', ...lines, '']),
    formatVerdicts(roundTripVerdicts(policies)),
    traces === null ? '' : `\n${traces.traces} of ${traces.requests} requests were traced.`,
  ].join('\n');
}
