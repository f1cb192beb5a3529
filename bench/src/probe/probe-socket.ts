import { join } from 'node:path';

/** Where a process's probe listens. */
export function probeSocket(folder: string, pid: number): string {
  return join(folder, `probe-${pid}.sock`);
}
