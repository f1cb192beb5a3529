import { askProbe, probed } from '../probe/probe.js';
import { openSockets } from '../processes/open-sockets.js';
import { processTreeRssMb } from '../processes/process-tree-memory.js';
import type { Subject } from '../subjects/subject.js';
import type { World } from '../world.js';

/** One look at one service. */
export interface ServiceSample {
  readonly service: string;
  readonly atMs: number;
  readonly rssMb: number;
  /** Of V8; null for what is not Node. */
  readonly heapMb: number | null;
  readonly sockets: number;
  /** What Node still waits for, timers and sockets of all kinds; null for what is not Node. */
  readonly handles: number | null;
}

/** Looks at every process of a subject. */
export function sampleServices({ probeFolder }: World, { processes }: Subject): Promise<readonly ServiceSample[]> {
  const withProbe = new Set(probed(probeFolder, processes).map(({ pid }) => pid));
  return Promise.all(
    processes.map(async ({ name, pid }) => {
      const asked = withProbe.has(pid) ? await askProbe(probeFolder, pid, '/usage') : undefined;
      const usage: ProbedUsage | undefined = asked === undefined ? undefined : JSON.parse(asked);
      return {
        service: name,
        atMs: performance.now(),
        rssMb: processTreeRssMb(pid),
        heapMb: usage === undefined ? null : usage.heapUsed / 1_000_000,
        sockets: openSockets(pid),
        handles: usage?.handles ?? null,
      };
    }),
  );
}

interface ProbedUsage {
  readonly heapUsed: number;
  readonly handles: number;
}
