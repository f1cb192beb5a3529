import { estimateTokens as estimate, type SizeFacts } from './estimate.js';

const estimateTokens = (facts: Omit<SizeFacts, 'operation'>) => estimate({ operation: 'chat', ...facts });

const image = 'A'.repeat(400_000);

describe('estimateTokens', () => {
  it('takes four bytes for a token, and the ceiling for the answer', () => {
    expect(estimateTokens({ body: Buffer.alloc(400), maxOutputTokens: 50 })).toEqual({
      inputTokens: 100,
      outputTokens: 50,
    });
  });

  it('takes a thousand tokens for an answer without a ceiling', () => {
    expect(estimateTokens({ body: Buffer.alloc(4) }).outputTokens).toBe(1_024);
  });

  it.each([
    ['OpenAI', { image_url: { url: `data:image/png;base64,${image}` } }],
    ['Anthropic', { source: { type: 'base64', data: image } }],
    ['Gemini', { inlineData: { mimeType: 'image/png', data: image } }],
  ])('counts an attachment in the form of %s by the piece', (_name, part) => {
    const text = 'x'.repeat(20_000);
    const { inputTokens } = estimateTokens({ body: Buffer.from(JSON.stringify({ text, part })) });
    expect(inputTokens).toBeGreaterThan(5_000 + 1_600);
    expect(inputTokens).toBeLessThan(5_100 + 1_600);
  });

  it.each([1_024, 1_025, 5_000])('finds every attachment of %d bytes, wherever they stand', (size) => {
    const data = 'A'.repeat(size);
    const parts = Array.from({ length: 40 }, (_, at) => [
      'x'.repeat(at * 37),
      { data },
      `![](data:image/png;base64,${data}`,
      'short;base64,AAAA',
    ]);
    const body = Buffer.from(JSON.stringify(parts));
    expect(estimateTokens({ body }).inputTokens).toBe(Math.ceil((body.length - 80 * size) / 4) + 80 * 1_600);
  });

  it('takes a long text for text', () => {
    const body = Buffer.from(JSON.stringify({ text: 'a text; base64, it says, and more of it. '.repeat(1_000) }));
    expect(estimateTokens({ body }).inputTokens).toBe(Math.ceil(body.length / 4));
  });

  it('takes no tokens for an answer that is none', () => {
    expect(estimate({ operation: 'embeddings', body: Buffer.alloc(40) })).toEqual({ inputTokens: 10, outputTokens: 0 });
  });

  it('counts short data as text', () => {
    const body = Buffer.from(JSON.stringify({ text: 'x'.repeat(20_000), data: 'short' }));
    expect(estimateTokens({ body }).inputTokens).toBe(Math.ceil(body.length / 4));
  });

  it('bears an attachment that never ends', () => {
    const body = Buffer.concat([Buffer.alloc(20_000), Buffer.from(`"data":"${image}`)]);
    expect(estimateTokens({ body }).inputTokens).toBe(Math.ceil((body.length - image.length) / 4) + 1_600);
  });
});
