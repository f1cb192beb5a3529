import { sealSecret } from '@switchyard/config';
import type { WorkerCredential } from '@switchyard/routing';
import { createUpstreamClient, type UpstreamClient } from '@switchyard/upstream';

import { AdminWorld, testKeyring } from '../__fixtures__/admin-harness.js';
import { listModels } from './list-models.js';

const keyring = testKeyring();
const signal = new AbortController().signal;
let world: AdminWorld;
let upstream: UpstreamClient;

beforeAll(async () => {
  world = await AdminWorld.open();
  upstream = createUpstreamClient();
});

afterAll(async () => {
  await upstream.close();
  await world.close();
});

function credential(overrides: Partial<WorkerCredential>): WorkerCredential {
  const sealedSecret = sealSecret(keyring, 'sk-secret', 'cred_1');
  return { id: 'cred_1', provider: 'openai-compatibility', baseUrl: '', sealedSecret, headers: {}, ...overrides };
}

const list = (of: Partial<WorkerCredential>) => listModels(credential(of), { upstream, keyring }, signal);

function answering(contentType: string, body: string, status = 200): Promise<string> {
  return world.upstream(
    (_request, response) => void response.writeHead(status, { 'content-type': contentType }).end(body),
  );
}

describe('listModels', () => {
  it('asks an OpenAI-shaped upstream with its key and its own headers', async () => {
    let seen: (string | undefined)[] = [];
    const baseUrl = await world.upstream((request, response) => {
      seen = [request.method, request.url, request.headers.authorization, request.headers['x-team']?.toString()];
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ object: 'list', data: [{ id: 'b', created: 1 }, { id: 'a' }, { id: 'b' }] }));
    });
    const headers = { 'X-Team': 'core', 'x-copied': '$X-Copied' };
    expect(await list({ baseUrl: `${baseUrl}/v1/`, headers })).toEqual(['a', 'b']);
    expect(seen).toEqual(['GET', '/v1/models', 'Bearer sk-secret', 'core']);
  });

  it('asks Anthropic for all of its models at once', async () => {
    let seen: (string | string[] | undefined)[] = [];
    const baseUrl = await world.upstream((request, response) => {
      seen = [request.url, request.headers['x-api-key'], request.headers['anthropic-version']];
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ data: [{ type: 'model', id: 'claude-x', display_name: 'X' }], has_more: false }));
    });
    expect(await list({ provider: 'claude', baseUrl })).toEqual(['claude-x']);
    expect(seen).toEqual(['/v1/models?limit=1000', 'sk-secret', '2023-06-01']);
  });

  it('asks the simulator in this process', async () => {
    expect(
      await list({ provider: 'simulator', baseUrl: 'https://simulator.invalid', sealedSecret: undefined }),
    ).toContain('echo');
  });

  it('takes a bare list', async () => {
    expect(await list({ baseUrl: await answering('application/json', '[{"id":"m"}]') })).toEqual(['m']);
  });

  it.each([
    [
      'a web page',
      'text/html; charset=utf-8',
      '<!doctype html><title>x</title>',
      200,
      /web page: the base-url must be/,
    ],
    ['a web page that calls itself JSON', 'application/json', '  <html></html>', 200, /web page/],
    ['what is not JSON', 'text/plain', 'hello', 200, /not JSON/],
    ['JSON of another shape', 'application/json', '{"models":[]}', 200, /no list of models/],
    ['a refusal', 'application/json', '{"error":{}}', 401, /it answered 401/],
  ])('says so of an upstream that answers with %s', async (_what, contentType, body, status, message) => {
    await expect(list({ baseUrl: await answering(contentType, body, status) })).rejects.toThrow(message);
  });

  it('does not read a list without end', async () => {
    const baseUrl = await world.upstream((_request, response) => {
      const block = Buffer.alloc(1024 * 1024, ' ');
      const push = (): void => {
        while (!response.destroyed && response.write(block));
      };
      response.on('drain', push);
      push();
    });
    await expect(list({ baseUrl })).rejects.toThrow(/longer than/);
  });

  it('names the key it lacks when a secret was sealed with another', async () => {
    const sealedSecret = sealSecret(testKeyring('older'), 'sk-secret', 'cred_1');
    await expect(list({ baseUrl: 'http://127.0.0.1:9', sealedSecret })).rejects.toThrow(/"older"/);
  });
});
