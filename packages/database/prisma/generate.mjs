// Generates the Prisma client into src/generated.
import { execFileSync } from 'node:child_process';
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
