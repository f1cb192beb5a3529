import type { CanonicalRequest } from '@switchyard/canonical';

import { countableOf } from './countable.js';
import { countTextTokens } from './tokenizer.js';

const LIVE = new AbortController().signal;

function requestOf(rest: Partial<CanonicalRequest>): CanonicalRequest {
  return { model: 'm', stream: false, messages: [], tools: [], ...rest };
}

describe('countableOf', () => {
  it('finds the texts wherever they are', () => {
    const request = requestOf({
      messages: [
        { role: 'system', content: [{ type: 'text', text: 'rule' }] },
        { role: 'assistant', content: [{ type: 'tool-call', id: 'c', name: 'look', arguments: '{"a":1}' }] },
        {
          role: 'user',
          content: [{ type: 'tool-result', toolCallId: 'c', content: [{ type: 'text', text: 'found' }] }],
        },
      ],
      tools: [{ type: 'function', name: 'look', description: 'Looks.', parameters: { type: 'object' } }],
      responseFormat: { type: 'json-schema', schema: { title: 'answer' } },
    });
    expect(countableOf(request)).toEqual({
      texts: ['rule', 'look', '{"a":1}', 'found', 'look', 'Looks.', '{"type":"object"}', '{"title":"answer"}'],
      fixed: 3 + 3 * 4 + 8 + 8,
    });
  });

  it('takes a flat rate for what is no text', () => {
    const source = { type: 'url' as const, url: 'https://a/b' };
    const content = [
      { type: 'image' as const, source },
      { type: 'audio' as const, source },
      { type: 'document' as const, source },
    ];
    expect(countableOf(requestOf({ messages: [{ role: 'user', content }] })).fixed).toBe(3 + 4 + 1_600 + 1_000 + 3_000);
  });
});

describe('countTextTokens', () => {
  it('counts as o200k does, words that are special to models included', async () => {
    expect(await countTextTokens(['hello world', ''], LIVE)).toBe(2);
    expect(await countTextTokens(['<|endoftext|>'], LIVE)).toBeGreaterThan(1);
  });

  it('counts a long text nearly as it counts its parts', async () => {
    const words = ' The quick brown fox jumps over the lazy dog.';
    const one = await countTextTokens([words], LIVE);
    const many = await countTextTokens([words.repeat(1_000)], LIVE);
    expect(Math.abs(many / (one * 1_000) - 1)).toBeLessThan(0.02);
  });

  it('counts a very long text in bounded time', async () => {
    const timed = async (text: string) => {
      const startedAtMs = performance.now();
      return { tokens: await countTextTokens([text], LIVE), ms: performance.now() - startedAtMs };
    };
    const long = await timed('word '.repeat(80_000));
    const veryLong = await timed('word '.repeat(8_000_000));
    expect(veryLong.tokens / long.tokens).toBeCloseTo(100, 0);
    expect(veryLong.ms / long.ms).toBeLessThan(25);
  });

  it('stops when nobody waits any longer', async () => {
    const gone = AbortSignal.abort(new Error('gone'));
    await expect(countTextTokens(['x '.repeat(50_000)], gone)).rejects.toThrow('gone');
  });
});
