import type { JsonObject } from './json.js';
import { respondAsSimulator } from './respond.js';

const live = new AbortController().signal;

async function ask(path: string, body: JsonObject) {
  const response = respondAsSimulator({ path, body: Buffer.from(JSON.stringify(body)) }, live);
  const chunks: Buffer[] = [];
  for await (const chunk of response.body) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const type = response.headers['content-type'];
  const json: unknown = type === 'application/json' ? JSON.parse(bytes.toString()) : undefined;
  return { status: response.status, type, bytes, json };
}

describe('the simulator, beside chat', () => {
  it('embeds a text as one vector, always the same, of length 1 and as many dimensions as asked for', async () => {
    const request = { model: 'embedding', input: ['a cat', 'a cat'], dimensions: 8 };
    const { json } = await ask('/embeddings', request);
    expect(json).toMatchObject({
      object: 'list',
      data: [
        { object: 'embedding', index: 0, embedding: expect.any(Array) },
        { object: 'embedding', index: 1, embedding: expect.any(Array) },
      ],
      usage: { prompt_tokens: 4, total_tokens: 4 },
    });
    const vectors =
      JSON.stringify(json)
        .match(/\[-?\d[^\]]*\]/g)
        ?.map((text): number[] => JSON.parse(text)) ?? [];
    expect(vectors[0]).toHaveLength(8);
    expect(vectors[0]).toEqual(vectors[1]);
    expect(Math.hypot(...(vectors[0] ?? []))).toBeCloseTo(1);
    const encoded = await ask('/embeddings', { ...request, encoding_format: 'base64' });
    const base64 = /"embedding":"([^"]+)"/.exec(JSON.stringify(encoded.json))?.[1] ?? '';
    expect(Buffer.from(base64, 'base64').readFloatLE(0)).toBeCloseTo(vectors[0]?.[0] ?? Number.NaN);
  });

  it('ranks the document that shares words with the query first', async () => {
    const documents = ['bread and butter', { text: 'a black cat' }, 'rain'];
    const { json } = await ask('/rerank', { model: 'reranker', query: 'the black cat', documents, top_n: 2 });
    expect(json).toMatchObject({ results: [{ index: 1 }, {}], usage: { total_tokens: 10 } });
    expect(JSON.stringify(json).match(/relevance_score/g)).toHaveLength(2);
  });

  it('flags a text that names a category', async () => {
    const { json } = await ask('/moderations', { model: 'moderation', input: ['violence!', 'peace'] });
    expect(json).toMatchObject({
      results: [{ flagged: true, categories: { violence: true, hate: false } }, { flagged: false }],
    });
  });

  it('speaks a WAV file', async () => {
    const { type, bytes } = await ask('/audio/speech', { model: 'speech', input: 'Hi', voice: 'x' });
    expect(type).toBe('audio/wav');
    expect(bytes.toString('latin1', 0, 4)).toBe('RIFF');
    expect(bytes.readUInt32LE(4)).toBe(bytes.length - 8);
    expect(bytes.readUInt32LE(40)).toBe(bytes.length - 44);
  });

  it.each([
    ['/embeddings', { model: 'embedding' }, 400],
    ['/embeddings', { model: 'embedding', input: [1, 2] }, 400],
    ['/embeddings', { model: 'echo', input: 'x' }, 404],
    ['/rerank', { model: 'reranker', query: 'x' }, 400],
    ['/audio/speech', { model: 'speech', input: '' }, 400],
    ['/moderations', { model: 'failing', input: 'x' }, 503],
    ['/images/generations', { model: 'image', prompt: 'x' }, 404],
  ])('answers %s %j with %d', async (path, body, status) => {
    expect((await ask(path, body)).status).toBe(status);
  });
});
