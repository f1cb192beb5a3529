/** @typedef {import('./read-workspace.mjs').TextFile} TextFile */

/** Names that say nothing about what is inside. */
const EMPTY_NAMES = /^(utils?|helpers?|common|misc|types|manager)$|[-.](utils?|helpers?|misc|manager)$/;

/**
 * Files and folders are named for the one thing inside.
 *
 * @param {readonly string[]} paths
 * @returns {readonly string[]}
 */
export function checkNames(paths) {
  return paths.flatMap((path) =>
    path
      .split('/')
      .map((name) => name.replace(/(\.test)?\.\w+$/, ''))
      .filter((name) => EMPTY_NAMES.test(name))
      .map((name) => `${path}: ${name} does not say what is inside`),
  );
}

/**
 * An `index.ts` stands only at a package's root, and names every export.
 *
 * @param {readonly TextFile[]} files
 * @returns {readonly string[]}
 */
export function checkIndexes(files) {
  return files.flatMap(({ path, text }) => {
    if (!path.endsWith('.ts')) return [];
    const nested = path.endsWith('/index.ts') && !/^(apps|packages)\/[^/]+\/src\/index\.ts$/.test(path);
    return [
      ...(nested ? [`${path}: an index.ts stands only at a package's root`] : []),
      ...(/^export \*/m.test(text) ? [`${path}: exports are named one by one`] : []),
    ];
  });
}

/** The same job has the same file name in every dialect. */
const DIALECT_SLOTS = [
  'dialect.ts',
  'decode-request.ts',
  'encode-request.ts',
  'decode-response.ts',
  'encode-response.ts',
  'decode-stream.ts',
  'encode-stream.ts',
  'decode-error.ts',
  'encode-error.ts',
  'usage.ts',
  'field-names.ts',
  'answer-limits.ts',
];

/** A provider is data, and quirks where it has some. */
const PROVIDER_FILES = new Set(['provider.ts', 'quirks.ts']);

/** The simulator is the answering side too. */
const PROVIDERS_WITH_MORE = new Set(['simulator']);

/**
 * Sibling folders have the same files.
 *
 * @param {readonly string[]} paths
 * @param {readonly string[]} dialectIds
 * @returns {readonly string[]}
 */
export function checkSlots(paths, dialectIds) {
  const known = new Set(paths);
  const missing = dialectIds.flatMap((id) =>
    DIALECT_SLOTS.map((slot) => `packages/dialects/src/${id}/${slot}`).filter((path) => !known.has(path)),
  );
  return [...missing.map((path) => `${path}: every dialect has this file`), ...providerProblems(paths)];
}

function providerProblems(paths) {
  const inside = paths.flatMap((path) => {
    const [, provider, file] = path.match(/^packages\/providers\/src\/([^/]+)\/(.+)$/) ?? [];
    return provider === undefined ? [] : [{ path, provider, file }];
  });
  const complete = new Set(inside.filter(({ file }) => file === 'provider.ts').map(({ provider }) => provider));
  const providers = new Set(inside.map(({ provider }) => provider));
  const incomplete = [...providers].filter((provider) => !complete.has(provider));
  const surplus = inside.filter(({ provider, file }) => {
    const isOwn = file.endsWith('.test.ts') || file.startsWith('__fixtures__/') || PROVIDER_FILES.has(file);
    return !isOwn && !PROVIDERS_WITH_MORE.has(provider);
  });
  return [
    ...incomplete.map((provider) => `packages/providers/src/${provider}: has no provider.ts`),
    ...surplus.map(({ path }) => `${path}: a provider's folder holds provider.ts, and quirks.ts where it has some`),
  ];
}

/** The host of a package registry, whatever vendor's: which one is used is up to the machine's own settings. */
const REGISTRY_HOST = /\bregistry\.[\w-]+\.(org|com)\b/;

/**
 * @param {readonly TextFile[]} files
 * @returns {readonly string[]}
 */
export function checkNoRegistryHost(files) {
  return files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => {
      return REGISTRY_HOST.test(line) ? [`${path}:${index + 1}: names the host of a package registry`] : [];
    }),
  );
}
