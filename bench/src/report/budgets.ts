import type { SubjectId } from '../subjects/subject.js';
import type { WorkloadName } from '../workload.js';
import type { Row } from './summarise.js';

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

/** The budgets that a row is held to, with what it reached. */
export function budgetsOf(row: Row): readonly (Budget & { readonly ratio: number })[] {
  return BUDGETS.filter(
    ({ subject, profile, workload }) => subject === row.subject && profile === row.profile && workload === row.workload,
  ).flatMap((budget) => {
    const ratio = budget.against === 'floor' ? row.ratioToFloor : row.ratioToPortkey;
    return ratio === null ? [] : [{ ...budget, ratio }];
  });
}
