import { checkErrorDocs } from './error-docs-rule.mjs';
import { checkIndexes, checkNames, checkNoRegistryHost, checkSlots } from './file-rules.mjs';
import { checkImports } from './import-rules.mjs';
import { checkDeclared, checkExactVersions, checkLockfile } from './manifest-rules.mjs';
import { readImports } from './read-imports.mjs';
import { isTestFile } from './read-workspace.mjs';
import { checkTables } from './table-rule.mjs';

/** A file of the workspace; its package is the first two folders of its path. */
function source(path: string, text: string) {
  const folder = path.startsWith('bench/') ? 'bench' : path.split('/').slice(0, 2).join('/');
  return { path, text, folder, isTest: isTestFile(path), imports: readImports(text) };
}

describe('reading imports', () => {
  it('sees every form, and which are types only', () => {
    const text = `
      import { a, type B } from 'one';
      import type { C } from 'two';
      import { type D, type E } from 'three';
      export {
        f,
        g as h,
      } from './four.js';
      import five, * as six from 'five';
      import 'seven';
      const eight = await import('eight');`;
    expect(readImports(text).map(({ specifier, typeOnly }) => [specifier, typeOnly])).toEqual([
      ['one', false],
      ['two', true],
      ['three', true],
      ['./four.js', false],
      ['five', false],
      ['seven', false],
      ['eight', false],
    ]);
  });

  it('does not read comments, nor take a pattern for the start of one', () => {
    const text = `
      /** Use it as
       *  import { a } from 'in-a-comment'; */
      // import { b } from 'in-a-line-comment';
      const pattern = '**/*.ts';
      import { c } from 'real';
      const other = '*/';`;
    expect(readImports(text).map(({ specifier }) => specifier)).toEqual(['real']);
  });
});

describe('who may import whom', () => {
  it.each([
    ['packages/canonical/src/a.ts', "import { x } from '@switchyard/routing';", 'may import nothing'],
    ['packages/canonical/src/a.ts', "import { z } from 'zod';", 'imports nothing, not even zod'],
    ['packages/routing/src/a.ts', "import { x } from '@switchyard/dialects';", 'may import @switchyard/canonical'],
    [
      'packages/providers/src/groq/provider.ts',
      "import { x } from '../mistral/provider.js';",
      'imports its sibling mistral',
    ],
    ['apps/gateway/src/a.ts', "import { Redis } from 'ioredis';", 'only packages/shared-state imports ioredis'],
    ['apps/provider-worker/src/a.ts', "import { Pool } from 'undici';", 'only packages/upstream imports undici'],
    [
      'apps/admin/src/a.ts',
      "import { x } from '@prisma/client/runtime';",
      'only packages/database imports @prisma/client',
    ],
    ['apps/gateway/src/a.ts', "import type { Span } from '@opentelemetry/api';", 'only packages/telemetry'],
    ['apps/gateway/src/a.ts', "import { connect } from 'node:net';", 'only packages/wire opens sockets'],
    ['apps/gateway/src/a.ts', "import tls from 'node:tls';", 'only packages/wire opens sockets'],
    ['apps/gateway/src/a.ts', 'const level = process.env.LEVEL;', 'only packages/config reads process.env'],
    ['apps/gateway/src/a.ts', "import { x } from '@switchyard/admin';", 'only apps/cli imports an app'],
    ['apps/gateway/src/a.ts', "import { x } from '@switchyard/testkit';", 'only tests and bench import testkit'],
    [
      'packages/upstream/src/a.ts',
      "import { Injectable } from '@nestjs/common';",
      'only nest-kit and wire import Nest',
    ],
  ])('finds in %s: %s', (path, text, problem) => {
    expect(checkImports([source(path, text)]).join('\n')).toContain(problem);
  });

  it.each([
    ['packages/providers/src/registry.ts', "import { x } from './groq/provider.js';"],
    ['packages/providers/src/groq/provider.ts', "import { x } from '../openai-shaped.js';"],
    ['packages/wire/src/a.ts', "import { connect } from 'node:net';"],
    ['packages/upstream/src/a.ts', "import { connect } from 'node:net';"],
    ['packages/wire/src/a.ts', "import { Server } from '@nestjs/microservices';"],
    ['packages/nest-kit/src/a.ts', "import type { Socket } from 'node:net';"],
    ['apps/gateway/src/a.ts', "import { isIP } from 'node:net';"],
    ['apps/gateway/src/a.ts', '// process.env is read elsewhere'],
    ['apps/gateway/src/a.test.ts', "import { x } from '@switchyard/testkit';\nprocess.env.LONG;"],
    ['apps/cli/src/a.ts', "import { x } from '@switchyard/gateway';"],
    ['packages/config/src/a.ts', 'process.env.LEVEL'],
    ['packages/testkit/src/a.ts', "import { Redis } from 'ioredis';\nprocess.env.DATABASE_URL"],
    ['bench/src/a.ts', "import { Pool } from 'undici';\nimport { x } from '@switchyard/testkit';"],
  ])('accepts in %s: %s', (path, text) => {
    expect(checkImports([source(path, text)])).toEqual([]);
  });
});

describe('what package.json declares', () => {
  const wire = {
    folder: 'packages/wire',
    name: '@switchyard/wire',
    manifest: {
      dependencies: { '@switchyard/canonical': 'workspace:*', zod: '4.6.7' },
      devDependencies: { '@switchyard/testkit': 'workspace:*' },
    },
  };
  const uses = source('packages/wire/src/a.ts', "import { a } from '@switchyard/canonical';\nimport { z } from 'zod';");
  const tests = source(
    'packages/wire/src/a.test.ts',
    "import { b } from '@switchyard/testkit';\nimport fc from 'fast-check';",
  );

  it('is what the package imports', () => {
    expect(checkDeclared({ packages: [wire], sources: [uses, tests] }, ['fast-check'])).toEqual([]);
  });

  it('finds an import that is not declared, or only for tests', () => {
    const more = source('packages/wire/src/b.ts', "import 'rxjs';\nimport { b } from '@switchyard/testkit';");
    expect(checkDeclared({ packages: [wire], sources: [uses, tests, more] }, ['fast-check'])).toEqual([
      'packages/wire/src/b.ts: imports @switchyard/testkit, which package.json does not declare',
      'packages/wire/src/b.ts: imports rxjs, which package.json does not declare',
    ]);
  });

  it('finds a workspace package that nothing imports', () => {
    expect(checkDeclared({ packages: [wire], sources: [uses] }, [])).toEqual([
      'packages/wire/package.json: declares @switchyard/testkit, which nothing there imports',
    ]);
  });

  it('has exact versions', () => {
    const dependencies = {
      a: '1.2.3',
      b: 'workspace:*',
      c: '1.0.0-beta.17',
      d: 'npm:typescript@5.9.3',
      e: '^1.2.3',
      f: 'latest',
    };
    expect(checkExactVersions([{ path: 'package.json', manifest: { dependencies } }])).toEqual([
      'package.json: e has the version ^1.2.3, which is not exact',
      'package.json: f has the version latest, which is not exact',
    ]);
  });

  it('is locked by name and hash, not by address', () => {
    const address = `${'https'}://host.example/a.tgz`;
    expect(checkLockfile(`a@1.0.0:\n  resolution: {integrity: sha512-x==}`)).toEqual([]);
    expect(checkLockfile(`a:\n  resolution: {tarball: ${address}}`)).toHaveLength(1);
  });
});

describe('names of files', () => {
  it('say what is inside', () => {
    const bad = [
      'packages/a/src/utils.ts',
      'packages/a/src/helpers/b.ts',
      'packages/a/src/string-utils.test.ts',
      'apps/b/src/manager.ts',
    ];
    expect(checkNames(bad)).toHaveLength(bad.length);
    expect(checkNames(['packages/a/src/content-type.ts', 'packages/a/src/model-traits.ts', 'README.md'])).toEqual([]);
  });

  it('are index.ts only at the root of a package, which names its exports', () => {
    const files = [
      { path: 'packages/a/src/index.ts', text: "export * from './b.js';" },
      { path: 'packages/a/src/b/index.ts', text: "export { c } from './c.js';" },
      { path: 'packages/b/src/index.ts', text: "export { c } from './c.js';" },
    ];
    expect(checkIndexes(files)).toEqual([
      'packages/a/src/index.ts: exports are named one by one',
      "packages/a/src/b/index.ts: an index.ts stands only at a package's root",
    ]);
  });

  it('are the same in sibling folders', () => {
    const paths = [
      'groq/provider.ts',
      'groq/quirks.ts',
      'groq/provider.test.ts',
      'mistral/provider.ts',
      'mistral/more.ts',
      'xai/quirks.ts',
    ];
    expect(
      checkSlots(
        paths.map((path) => `packages/providers/src/${path}`),
        [],
      ),
    ).toEqual([
      'packages/providers/src/xai: has no provider.ts',
      "packages/providers/src/mistral/more.ts: a provider's folder holds provider.ts, and quirks.ts where it has some",
    ]);
    expect(checkSlots(['packages/dialects/src/gemini/dialect.ts'], ['gemini'])).toContain(
      'packages/dialects/src/gemini/decode-stream.ts: every dialect has this file',
    );
  });
});

describe('what no file says', () => {
  it('is the host of a package registry', () => {
    const host = ['registry', 'packages', 'org'].join('.');
    expect(checkNoRegistryHost([{ path: 'a.md', text: `one\nsee ${host}/x` }])).toEqual([
      'a.md:2: names the host of a package registry',
    ]);
    expect(checkNoRegistryHost([{ path: 'a.md', text: 'the registry. Organisations use their own' }])).toEqual([]);
  });
});

describe('the page of errors', () => {
  const codes =
    "  no_key: { status: 401, retryable: false, scope: 'client' },\n  busy: { status: 503, retryable: true, scope: 'provider' },";

  it('has a section with the facts of each code', () => {
    const page = '## `no_key`\n\n401 · do not retry · client\n\nText.\n\n## `busy`\n\n503 · retry · provider\n';
    expect(checkErrorDocs(codes, page)).toEqual([]);
  });

  it('lacks none, has none too many, and says no other facts', () => {
    const page = '## `no_key`\n\n403 · do not retry · client\n\n## `gone`\n\n410 · retry · client\n';
    expect(checkErrorDocs(codes, page)).toEqual([
      'docs/errors.md: no_key must say "401 · do not retry · client"',
      'docs/errors.md: has no section for busy',
      'docs/errors.md: gone is not a code',
    ]);
    expect(checkErrorDocs('', '')).toEqual(['packages/canonical/src/errors/codes.ts: no code was found']);
  });
});

describe('tables of words', () => {
  const TABLE = "const KINDS: Readonly<Record<string, string>> = { a: 'b' };";

  it('are not indexed', () => {
    const [problem] = checkTables([source('packages/dialects/src/a.ts', `${TABLE}\nconst kind = KINDS[word];`)]);
    expect(problem).toContain('ask KINDS by lookUp');
  });

  it.each([`${TABLE}\nconst kind = lookUp(KINDS, word);`, 'const KINDS: Record<Kind, string> = {};\nKINDS[kind];'])(
    'may be asked as in %j',
    (text) => {
      expect(checkTables([source('packages/dialects/src/a.ts', text)])).toEqual([]);
    },
  );
});
