import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { dirname, resolve } from 'node:path';

/** Progress goes beside the report, so that the report can be piped. */
export function report(line: string): void {
  process.stderr.write(`bench: ${line}\n`);
}

/** What the figures were measured on. */
export function describeMachine() {
  return { node: process.version, cpus: cpus().length, cpu: cpus()[0]?.model };
}

/** Writes all figures as JSON. */
export async function saveFigures(file: string, figures: unknown): Promise<void> {
  await mkdir(dirname(resolve(file)), { recursive: true });
  await writeFile(file, `${JSON.stringify(figures, null, 2)}\n`);
  report(`wrote ${file}`);
}
