import { lookUp } from '@switchyard/canonical';

import { nearest } from '../nearest.js';
import type { KeyTable } from './key-rule.js';
import type { ConfigPath, Report } from './problem.js';

/**
 * Gives back what of a file this version acts on. Every other key is reported and left out; a key without a value counts
 * as not written, as cliproxyapi has it.
 */
export function screenKeys(value: unknown, table: KeyTable, report: Report): unknown {
  return screen(value, table, { path: [], report });
}

interface Place {
  readonly path: ConfigPath;
  readonly report: Report;
}

function screen(value: unknown, table: KeyTable, { path, report }: Place): unknown {
  if (Array.isArray(value)) {
    return value.map((item, index) => screen(item, table, { path: [...path, index], report }));
  }
  if (typeof value !== 'object' || value === null) return value;

  const kept: [string, unknown][] = [];
  for (const [key, child] of Object.entries(value)) {
    const place = { path: [...path, key], report };
    const rule = lookUp(table, key);
    if (rule === undefined) {
      report({ severity: 'error', path: place.path, message: 'unknown key', remedy: suggestion(key, table) });
    } else if (child === null || child === undefined) {
      continue;
    } else if (rule.type === 'supported') {
      kept.push([key, rule.keys === undefined ? child : screen(child, rule.keys, place)]);
    } else {
      report({ severity: 'warning', path: place.path, message: 'not supported, and ignored', remedy: rule.instead });
    }
  }
  return Object.fromEntries(kept);
}

function suggestion(key: string, table: KeyTable): string {
  const meant = nearest(key, Object.keys(table));
  if (meant !== undefined) return `did you mean "${meant}"?`;
  return 'remove it; docs/configuration.md has the keys there are';
}
