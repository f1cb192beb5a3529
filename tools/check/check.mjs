/** Holds the rules of the repository's structure that no linter knows. Prints what breaks them. */
import { fileURLToPath } from 'node:url';

import { checkErrorDocs } from './error-docs-rule.mjs';
import { checkIndexes, checkNames, checkNoRegistryHost, checkSlots } from './file-rules.mjs';
import { checkImports } from './import-rules.mjs';
import { checkDeclared, checkExactVersions, checkLockfile } from './manifest-rules.mjs';
import { readWorkspace } from './read-workspace.mjs';
import { checkTables } from './table-rule.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

function dialectIds(source) {
  const [, list] = source.match(/DIALECT_IDS = \[([^\]]*)\]/) ?? [];
  return [...(list ?? '').matchAll(/'([^']+)'/g)].map(([, id]) => id);
}

function main() {
  const workspace = readWorkspace(ROOT);
  const { files, sources } = workspace;
  const paths = files.map(({ path }) => path);
  const textOf = (path) => files.find((file) => file.path === path)?.text ?? '';
  const manifests = files
    .filter(({ path }) => /(^|\/)package\.json$/.test(path))
    .map(({ path, text }) => ({ path, manifest: JSON.parse(text) }));
  const root = JSON.parse(textOf('package.json'));

  const problems = [
    ...checkImports(sources),
    ...checkDeclared(workspace, Object.keys(root.devDependencies)),
    ...checkExactVersions(manifests),
    ...checkLockfile(textOf('pnpm-lock.yaml')),
    ...checkNames(paths),
    ...checkIndexes(files),
    ...checkSlots(paths, dialectIds(textOf('packages/canonical/src/dialect-id.ts'))),
    ...checkNoRegistryHost(files),
    ...checkTables(sources),
    ...checkErrorDocs(textOf('packages/canonical/src/errors/codes.ts'), textOf('docs/errors.md')),
  ];
  for (const problem of problems) console.log(problem);
  console.log(`${files.length} files checked, ${problems.length} problems`);
  return problems.length;
}

process.exitCode = main() === 0 ? 0 : 1;
