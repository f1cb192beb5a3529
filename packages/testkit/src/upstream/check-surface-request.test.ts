import { checkSurfaceRequest } from './check-surface-request.js';
import type { SurfaceOperation } from './surface.js';

function json(operation: SurfaceOperation, body: unknown) {
  return checkSurfaceRequest(operation, { contentType: 'application/json', body: Buffer.from(JSON.stringify(body)) });
}

async function form(operation: SurfaceOperation, fields: Readonly<Record<string, string | Blob>>) {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  const response = new Response(data);
  const body = Buffer.from(await response.arrayBuffer());
  return checkSurfaceRequest(operation, { contentType: response.headers.get('content-type') ?? '', body });
}

describe('checkSurfaceRequest', () => {
  it('accepts what the operations take', async () => {
    expect(await json('embeddings', { model: 'm', input: ['x'] })).toEqual([]);
    expect(await json('rerank', { model: 'm', query: 'q', documents: ['x'], top_n: 1 })).toEqual([]);
    expect(await form('audio-transcriptions', { model: 'm', file: new Blob(['x']) })).toEqual([]);
  });

  it.each([
    ['embeddings', { model: 'm' }, 'input: is required'],
    ['embeddings', { model: 'm', input: 'x', messages: [] }, 'messages: is not of this operation'],
    ['count-tokens', { model: 'm', messages: [{}], max_tokens: 1 }, 'max_tokens: is not of this operation'],
    ['images-edits', { model: 'm', prompt: 'x' }, 'body: is not a form'],
  ] as const)('finds what is wrong with %s %j', async (operation, body, problem) => {
    expect(await json(operation, body)).toContain(problem);
  });

  it('finds a form without its file', async () => {
    expect(await form('images-edits', { model: 'm', prompt: 'x' })).toEqual(['image: is required']);
  });
});
