// Generates the Prisma client into src/generated.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const manifest = createRequire(import.meta.url).resolve('prisma/package.json');
const root = dirname(dirname(fileURLToPath(import.meta.url)));

execFileSync(process.execPath, [join(dirname(manifest), 'build/index.js'), 'generate'], {
  cwd: root,
  stdio: ['ignore', 'ignore', 'pipe'],
  env: {
    ...process.env,
    // Every Prisma command first fetches an engine that `generate` never runs. An existing file, any, stops that.
    PRISMA_SCHEMA_ENGINE_BINARY: manifest,
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
    CHECKPOINT_DISABLE: '1',
  },
});

// Prisma's client imports its compiler of queries as base64 text, which V8 then keeps twice: 4.6 MB of a service at rest. So it
// gets it as a file of bytes.
const IMPORT = /const \{ wasm \} = await import\("(?<module>[^"]+)"\)\s+return await decodeBase64AsWasm\(wasm\)/;
const classFile = join(root, 'src/generated/internal/class.ts');
const generated = readFileSync(classFile, 'utf8');
const found = IMPORT.exec(generated);
if (found === null) throw new Error(`${classFile} no longer imports its compiler as base64: see prisma/generate.mjs`);

const { wasm } = await import(found.groups.module);
for (const folder of ['src/generated', 'dist/generated']) {
  mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, folder, 'query-compiler.wasm'), Buffer.from(wasm, 'base64'));
}
const read = `const { readFile } = await import('node:fs/promises')
    return new WebAssembly.Module(await readFile(new URL('../query-compiler.wasm', import.meta.url)))`;
writeFileSync(classFile, generated.replace(IMPORT, read));
