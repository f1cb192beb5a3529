import type { PolicyReport } from '../policy/check-policies.js';
import { subjectLabel, type SubjectId } from '../subjects/subject.js';
import type { WorkloadName } from '../workload.js';
import type { Row } from './summarise.js';
import { verdictsOf, type Verdict } from './verdicts.js';

/** What a subject may cost at most. */
export interface Budget extends SubjectId {
  readonly workload: WorkloadName;
  readonly against: 'floor' | 'portkey';
  readonly atMost: number;
}

const bare = { profile: 'bare' } as const;
const policy = { profile: 'policy' } as const;
const FLOOR = { against: 'floor' } as const;
const PORTKEY = { against: 'portkey' } as const;

export const BUDGETS: readonly Budget[] = [
  { subject: 'standalone', ...bare, workload: '2k', ...FLOOR, atMost: 1.8 },
  { subject: 'split', ...bare, workload: '2k', ...FLOOR, atMost: 2.2 },
  { subject: 'split', ...policy, workload: '2k', ...FLOOR, atMost: 2.6 },
  { subject: 'split', ...policy, workload: '2k', ...PORTKEY, atMost: 1 / 6 },
  { subject: 'split', ...policy, workload: '100k', ...FLOOR, atMost: 2.5 },
  { subject: 'split', ...policy, workload: '100k', ...PORTKEY, atMost: 1 / 5 },
  { subject: 'split', ...bare, workload: 'chunk', ...FLOOR, atMost: 1.4 },
  { subject: 'split', ...policy, workload: 'chunk', ...FLOOR, atMost: 1.4 },
  { subject: 'split', ...policy, workload: 'chunk', ...PORTKEY, atMost: 0.55 },
  { subject: 'split', ...bare, workload: 'chunk-translated', ...FLOOR, atMost: 2.5 },
  { subject: 'split', ...policy, workload: 'chunk-translated', ...FLOOR, atMost: 2.5 },
];

/** How a row stands against its budgets. */
export function budgetsOf(row: Row): readonly Verdict[] {
  const own = BUDGETS.filter(
    ({ subject, profile, workload }) => subject === row.subject && profile === row.profile && workload === row.workload,
  );
  return verdictsOf(
    own.map(({ against, atMost }) => ({
      budget: `CPU of ${subjectLabel(row)}, ${row.workload}, against ${against}`,
      type: 'at most',
      bound: atMost,
      unit: against === 'floor' ? 'x' : 'P',
      reached: against === 'floor' ? row.ratioToFloor : row.ratioToPortkey,
    })),
  );
}

// A little comes of scripts that a server has to be told of once.
const ROUND_TRIPS = { bare: 0.01, policy: 1.05 };

/** One round trip for the limits of a limited request, and none for those of an unlimited one. */
export function roundTripVerdicts({ redis }: Pick<PolicyReport, 'redis'>): readonly Verdict[] {
  return verdictsOf(
    redis.map(({ perRequest, ...id }) => ({
      budget: `Redis commands for limits per request, ${subjectLabel(id)}`,
      type: 'at most',
      bound: ROUND_TRIPS[id.profile],
      unit: '',
      reached: Object.values(perRequest.limits ?? {}).reduce((sum, count) => sum + count, 0),
    })),
  );
}
