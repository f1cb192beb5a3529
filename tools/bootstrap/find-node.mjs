import { existsSync } from 'node:fs';
import { join } from 'node:path';

const OLDEST_MAJOR = 24;

/**
 * The Node that the product runs on: this one if it is new enough, otherwise the one installed as an npm package.
 *
 * @param {string} root
 * @returns {string}
 */
export function findNode(root) {
  const [major] = process.versions.node.split('.').map(Number);
  if (major >= OLDEST_MAJOR) return process.execPath;
  const installed = join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
  if (existsSync(installed)) return installed;
  throw new Error(
    `Switchyard runs on Node ${OLDEST_MAJOR} or newer and this is ${process.version}. For ${process.platform} on ` +
      `${process.arch} no Node comes with the packages: install Node ${OLDEST_MAJOR} and try again.`,
  );
}
