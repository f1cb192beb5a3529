import { CONSOLE_FOLDER } from '@switchyard/console';
import fastify from 'fastify';

import { loadConsole, registerConsole } from './console-routes.js';

describe('the console', () => {
  it('is served with a policy that lets it load only its own files', async () => {
    const server = fastify();
    registerConsole(server, await loadConsole(CONSOLE_FOLDER));
    const page = await server.inject('/');
    expect([page.statusCode, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    const linked = [...page.body.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map((match) => match[1] ?? '');
    expect(linked.length).toBeGreaterThan(1);
    for (const path of linked) expect((await server.inject(path)).statusCode).toBe(200);
    expect((await server.inject('/console/..%2f..%2fpackage.json')).statusCode).toBe(404);
    await server.close();
  });
});
