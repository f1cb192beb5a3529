import { MODEL } from '../workload.js';
import type { Subject, SubjectOptions } from './subject.js';

/** Nothing in between: what the load generator and the upstream take by themselves. */
export async function startDirect({ upstreamUrl }: SubjectOptions): Promise<Subject> {
  return {
    subject: 'direct',
    profile: 'bare',
    url: upstreamUrl,
    keys: ['upstream-key'],
    models: [MODEL],
    translates: false,
    processes: [],
    metricsUrls: [],
    close: async () => undefined,
  };
}
