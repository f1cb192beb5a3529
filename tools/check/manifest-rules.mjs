import { packageOf } from './read-imports.mjs';

/**
 * @typedef {import('./read-workspace.mjs').Workspace} Workspace
 * @typedef {import('./read-workspace.mjs').WorkspacePackage} WorkspacePackage
 */

const EXACT = /^(workspace:\*|(npm:.+@)?\d+\.\d+\.\d+(-[\w.-]+)?)$/;
const SECTIONS = ['dependencies', 'devDependencies', 'optionalDependencies'];

/**
 * Versions are exact: an install of today is the install of next year.
 *
 * @param {readonly { path: string, manifest: Record<string, any> }[]} manifests
 * @returns {readonly string[]}
 */
export function checkExactVersions(manifests) {
  return manifests.flatMap(({ path, manifest }) =>
    SECTIONS.flatMap((section) =>
      Object.entries(manifest[section] ?? {})
        .filter(([, version]) => !EXACT.test(version))
        .map(([name, version]) => `${path}: ${name} has the version ${version}, which is not exact`),
    ),
  );
}

/**
 * What a package imports is what its package.json declares, and every workspace package it declares it imports.
 *
 * @param {Pick<Workspace, 'packages' | 'sources'>} workspace
 * @param {readonly string[]} sharedByTests Names that the root package gives to the tests of all.
 * @returns {readonly string[]}
 */
export function checkDeclared({ packages, sources }, sharedByTests) {
  return packages.flatMap((workspacePackage) => {
    const own = sources.filter(({ folder }) => folder === workspacePackage.folder);
    return [...undeclared(workspacePackage, own, sharedByTests), ...unused(workspacePackage, own)];
  });
}

function undeclared({ name, manifest }, files, sharedByTests) {
  const runtime = new Set([name, ...Object.keys(manifest.dependencies ?? {})]);
  const development = new Set([...runtime, ...Object.keys(manifest.devDependencies ?? {})]);
  const test = new Set([...development, ...sharedByTests]);
  return files.flatMap((file) =>
    file.imports.flatMap(({ specifier, typeOnly }) => {
      const imported = packageOf(specifier);
      const inSource = file.path.includes('/src/') && !file.isTest;
      // Types, and the scripts of a build, are gone at run time.
      const allowed = file.isTest ? test : inSource && !typeOnly ? runtime : development;
      if (imported === undefined || allowed.has(imported)) return [];
      return [`${file.path}: imports ${imported}, which package.json does not declare`];
    }),
  );
}

function unused({ folder, manifest }, files) {
  const imported = new Set(files.flatMap(({ imports }) => imports.map(({ specifier }) => packageOf(specifier))));
  return ['dependencies', 'devDependencies']
    .flatMap((section) => Object.keys(manifest[section] ?? {}))
    .filter((name) => name.startsWith('@switchyard/') && !imported.has(name))
    .map((name) => `${folder}/package.json: declares ${name}, which nothing there imports`);
}

/**
 * The lockfile pins packages by name and hash; an address in it would bind everyone to one server.
 *
 * @param {string} lockfile
 * @returns {readonly string[]}
 */
export function checkLockfile(lockfile) {
  return lockfile.split('\n').flatMap((line, index) => {
    return /\btarball:|https?:\/\//.test(line) ? [`pnpm-lock.yaml:${index + 1}: holds an address: ${line.trim()}`] : [];
  });
}
