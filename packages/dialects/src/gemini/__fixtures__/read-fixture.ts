import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export function readJsonFixture(name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(import.meta.dirname, name), 'utf8'));
}
