import { readdirSync, readlinkSync } from 'node:fs';

/** How many sockets a process has open, those that it listens on among them. */
export function openSockets(pid: number): number {
  const folder = `/proc/${pid}/fd`;
  return listed(folder).filter((name) => isSocket(`${folder}/${name}`)).length;
}

function listed(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    // It has ended.
    return [];
  }
}

function isSocket(path: string): boolean {
  try {
    return readlinkSync(path).startsWith('socket:');
  } catch {
    // It was closed since the folder was listed.
    return false;
  }
}
