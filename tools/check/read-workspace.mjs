import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { readImports } from './read-imports.mjs';

/**
 * @typedef {{ path: string, text: string }} TextFile A file of the repository, its path relative to the root.
 *
 * @typedef {TextFile & { folder: string, isTest: boolean, imports: readonly import('./read-imports.mjs').Import[] }}
 *   SourceFile A TypeScript file; `folder` is its package's, such as `packages/wire`.
 *
 * @typedef {{ folder: string, name: string, manifest: Record<string, any> }} WorkspacePackage
 *
 * @typedef {{ files: readonly TextFile[], sources: readonly SourceFile[], packages: readonly WorkspacePackage[] }} Workspace
 */

// What .gitignore leaves out, and git's own folder.
const IGNORED = new Set(['.git', 'node_modules', 'dist', 'generated', '.turbo', '.switchyard', '.cache', 'coverage']);
const BINARY = /\.(png|jpe?g|gif|webp|ico|woff2?|gz|pdf|mp3|wav)$/;

/**
 * Reads what the rules look at.
 *
 * @param {string} root
 * @returns {Workspace}
 */
export function readWorkspace(root) {
  const files = listFiles(root, '')
    .filter((path) => !BINARY.test(path))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
  const packages = files
    .filter(({ path }) => /^(apps|packages)\/[^/]+\/package\.json$|^bench\/package\.json$/.test(path))
    .map(({ path, text }) => {
      const manifest = JSON.parse(text);
      return { folder: path.slice(0, -'/package.json'.length), name: manifest.name, manifest };
    });
  return { files, sources: files.flatMap((file) => toSource(file, packages)), packages };
}

function toSource(file, packages) {
  const owner = packages.find(({ folder }) => file.path.startsWith(`${folder}/`));
  if (owner === undefined || !/\.m?ts$/.test(file.path)) return [];
  return [{ ...file, folder: owner.folder, isTest: isTestFile(file.path), imports: readImports(file.text) }];
}

/** Tests and what only tests read: fixtures, shared law suites, and the worlds that end-to-end tests start. */
export function isTestFile(path) {
  return path.endsWith('.test.ts') || /\/(__fixtures__|laws|matrix|e2e)\//.test(path);
}

function listFiles(root, folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return IGNORED.has(entry.name) || path === 'bench/results' ? [] : listFiles(root, path);
    return entry.isFile() && existsSync(join(root, path)) ? [path] : [];
  });
}
