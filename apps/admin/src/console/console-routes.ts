import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

import { lookUp } from '@switchyard/canonical';
import type { FastifyInstance } from 'fastify';

/** A file of the operator's page, held in memory. */
export interface ConsoleFile {
  readonly name: string;
  readonly contentType: string;
  readonly body: Buffer;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};

// The page needs nothing from elsewhere, runs no inline script and may not be framed.
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
} as const;

/** Reads the page's files once, so that no request's path ever meets the file system. */
export async function loadConsole(folder: string): Promise<readonly ConsoleFile[]> {
  const names = (await readdir(folder)).filter((name) => lookUp(CONTENT_TYPES, extname(name)) !== undefined);
  return Promise.all(
    names.map(async (name) => ({
      name,
      contentType: lookUp(CONTENT_TYPES, extname(name)) ?? '',
      body: await readFile(join(folder, name)),
    })),
  );
}

/** Serves `index.html` at `/` and the others under `/console/`. The page itself holds nothing secret. */
export function registerConsole(fastify: FastifyInstance, files: readonly ConsoleFile[]): void {
  for (const { name, contentType, body } of files) {
    const path = name === 'index.html' ? '/' : `/console/${name}`;
    fastify.get(path, async (_request, reply) => reply.headers({ ...HEADERS, 'content-type': contentType }).send(body));
  }
}
