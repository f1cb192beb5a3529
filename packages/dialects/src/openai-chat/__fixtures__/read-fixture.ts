import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export function readFixture(name: string): Buffer {
  return readFileSync(join(import.meta.dirname, name));
}

export function readJsonFixture(name: string): Record<string, unknown> {
  return JSON.parse(readFixture(name).toString());
}
