import { startHarness, type Harness, type HarnessOptions } from '../__fixtures__/attempt-harness.js';

const open: Harness[] = [];

afterEach(async () => {
  for (const harness of open.splice(0)) await harness.close();
});

async function start(answer?: HarnessOptions['answer']): Promise<Harness> {
  const harness = await startHarness({ provider: 'gemini', ...(answer === undefined ? {} : { answer }) });
  open.push(harness);
  return harness;
}

const EMBEDDINGS = { operation: 'embeddings', dialect: 'openai-chat' } as const;

function embeddingsRequest(count: number): string {
  return JSON.stringify({ model: 'client-model', input: Array.from({ length: count }, (_, place) => `text ${place}`) });
}

/** The texts of each call that the upstream got. */
function calls(harness: Harness): readonly (readonly string[])[] {
  return harness.upstream.requests.map(({ body }) => textsIn(body));
}

function textsIn(body: Buffer): readonly string[] {
  const { requests }: { requests: { content: { parts: { text: string }[] } }[] } = JSON.parse(body.toString());
  return requests.map(({ content }) => content.parts[0]?.text ?? '');
}

/** An answer for so many texts, each embedded as this number and its place. */
function answerOf(count: number, first: number, tokens: number) {
  const embeddings = Array.from({ length: count }, (_, place) => ({ values: [first, place] }));
  return { type: 'whole', body: { embeddings, usageMetadata: { promptTokenCount: tokens } } } as const;
}

describe('embeddings of more texts than one call may have', () => {
  it('asks in several calls, and answers in order with the sum of what they used', async () => {
    const harness = await start(({ body }) => {
      const texts = textsIn(body);
      const first = Number(texts[0]?.slice('text '.length)) / 100 + 1;
      return answerOf(texts.length, first, first * 10);
    });
    const { end, text } = await harness.run({ open: EMBEDDINGS, body: embeddingsRequest(201) });
    // They are on their way at the same time, and may arrive in any order.
    const asked = calls(harness).map((texts) => [texts.length, texts[0]]);
    expect(asked.toSorted(([, a], [, b]) => String(a).localeCompare(String(b)))).toEqual([
      [100, 'text 0'],
      [100, 'text 100'],
      [1, 'text 200'],
    ]);
    const { data, usage }: { data: { index: number; embedding: number[] }[]; usage: unknown } = JSON.parse(text);
    expect(data.map(({ index }) => index)).toEqual(Array.from({ length: 201 }, (_, place) => place));
    expect([0, 99, 100, 200].map((place) => data[place]?.embedding)).toEqual([
      [1, 0],
      [1, 99],
      [2, 0],
      [3, 0],
    ]);
    expect(usage).toEqual({ prompt_tokens: 60, total_tokens: 60 });
    expect(end).toMatchObject({ outcome: 'success', usage: { inputUncached: 60 } });
  });

  it.each([
    [100, 1],
    [101, 2],
  ])('asks for %i texts in %i calls', async (count, expected) => {
    const harness = await start();
    const { end } = await harness.run({ open: EMBEDDINGS, body: embeddingsRequest(count) });
    expect(end.outcome).toBe('success');
    expect(calls(harness).map((texts) => texts.length)).toHaveLength(expected);
  });

  it('fails as a whole with one of its calls, and asks no more', async () => {
    const harness = await start();
    const refusal = { error: { code: 429, message: 'slow down', status: 'RESOURCE_EXHAUSTED' } };
    harness.upstream.script({ type: 'whole', status: 429, body: refusal });
    for (let call = 0; call < 3; call += 1) harness.upstream.script({ ...answerOf(100, 1, 1), delayMs: 1_000 });
    const startedAtMs = performance.now();
    const { end, head } = await harness.run({ open: EMBEDDINGS, body: embeddingsRequest(1_000) });
    expect(end).toMatchObject({ outcome: 'error', error: { code: 'upstream_rate_limited' } });
    expect(head).toBeUndefined();
    expect(harness.upstream.requests.length).toBeLessThanOrEqual(4);
    expect(performance.now() - startedAtMs).toBeLessThan(900);
  });
});
