import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Remembers, between runs, for which inputs a step was done. It lies in node_modules, so that it goes with what it
 * speaks of.
 *
 * @param {string} root
 * @param {string} name
 */
export function stamp(root, name) {
  const file = join(root, 'node_modules', '.cache', 'switchyard', name);
  return {
    /** @param {string} value */
    matches(value) {
      try {
        return readFileSync(file, 'utf8') === value;
      } catch {
        return false;
      }
    },
    /** @param {string} value */
    save(value) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, value);
    },
  };
}
