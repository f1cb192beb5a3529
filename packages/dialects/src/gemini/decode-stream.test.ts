import { checkStreamGrammar, foldStream, type StreamEvent } from '@switchyard/canonical';

import { decodeResponse } from './decode-response.js';
import { createStreamDecoder } from './decode-stream.js';

const ID = { responseId: 'r1', modelVersion: 'gemini-x' };

/** The events of these chunks, which must be legal. */
function decode(...chunks: readonly unknown[]): StreamEvent[] {
  const decoder = createStreamDecoder();
  const events = chunks.flatMap((chunk) => [
    ...decoder.next({ data: typeof chunk === 'string' ? chunk : JSON.stringify(chunk) }),
  ]);
  const all = [...events, ...decoder.end()];
  expect(checkStreamGrammar(all)).toEqual([]);
  return all;
}

function chunk(parts: readonly unknown[], candidate: Record<string, unknown> = {}, rest: Record<string, unknown> = {}) {
  return { candidates: [{ content: { parts, role: 'model' }, index: 0, ...candidate }], ...ID, ...rest };
}

const STOP = chunk([{ text: '' }], { finishReason: 'STOP' });

function fold(...chunks: readonly unknown[]) {
  const { response, error } = foldStream(decode(...chunks));
  if (response === undefined) throw new Error(`no answer: ${error?.message}`);
  return response;
}

function contentOf(...chunks: readonly unknown[]): unknown {
  return fold(...chunks).choices[0]?.content;
}

describe('createStreamDecoder', () => {
  it('keeps all texts of a chunk, and joins those of several', () => {
    expect(decode(chunk([{ text: 'Hel' }, { text: 'lo' }]), chunk([{ text: '!' }]), STOP)).toEqual([
      { type: 'start', id: 'r1', model: 'gemini-x' },
      { type: 'text-start', choice: 0, index: 0 },
      { type: 'text-delta', choice: 0, index: 0, text: 'Hel' },
      { type: 'text-delta', choice: 0, index: 0, text: 'lo' },
      { type: 'text-delta', choice: 0, index: 0, text: '!' },
      { type: 'text-end', choice: 0, index: 0 },
      { type: 'finish', choice: 0, finish: { reason: 'stop', raw: 'STOP' } },
      { type: 'end' },
    ]);
  });

  it('reads thoughts with their signature, and signatures of other parts as theirs', () => {
    const parts = [
      { text: 'hm', thought: true, thoughtSignature: 's1' },
      { text: 'A' },
      { text: '', thoughtSignature: 's2' },
      { text: 'B' },
      { functionCall: { name: 'f', args: { a: 1 } }, thoughtSignature: 's3' },
    ];
    const expected = [
      { type: 'reasoning', text: 'hm', signature: 's1', provenance: 'gemini' },
      { type: 'text', text: 'A', extensions: { gemini: { thoughtSignature: 's2' } } },
      { type: 'text', text: 'B' },
      {
        type: 'tool-call',
        id: 'call_r1_0_0',
        name: 'f',
        arguments: '{"a":1}',
        extensions: { gemini: { thoughtSignature: 's3' } },
      },
    ];
    expect(contentOf(...parts.map((part) => chunk([part])), STOP)).toEqual(expected);
    expect(contentOf(chunk(parts, { finishReason: 'STOP' }))).toEqual(expected);
  });

  it('reads whole calls, with ids of their own or made up, and says that they are to be run', () => {
    const parts = [{ functionCall: { id: 'x', name: 'f', args: {} } }, { functionCall: { name: 'g' } }];
    const { choices } = fold(chunk(parts, { finishReason: 'STOP' }));
    expect(choices[0]).toEqual({
      content: [
        { type: 'tool-call', id: 'x', name: 'f', arguments: '{}' },
        { type: 'tool-call', id: 'call_r1_0_1', name: 'g', arguments: '{}' },
      ],
      finish: { reason: 'tool-calls', raw: 'STOP' },
    });
  });

  it('makes up ids that other APIs take, and differ between answers', () => {
    const long = 'x'.repeat(100);
    const ids = ['r1', 'r2', long].map((responseId) => {
      const answer = fold(chunk([{ functionCall: { name: 'f' } }], { finishReason: 'STOP' }, { responseId }));
      const [block] = answer.choices[0]?.content ?? [];
      return block?.type === 'tool-call' ? block.id : '';
    });
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(id).toMatch(/^[a-zA-Z0-9_-]{1,40}$/);
  });

  it('gathers arguments that come in pieces', () => {
    const call = (functionCall: Record<string, unknown>) => chunk([{ functionCall }]);
    const content = contentOf(
      call({ name: 'book', willContinue: true }),
      call({ partialArgs: [{ jsonPath: '$.city', stringValue: 'Os', willContinue: true }], willContinue: true }),
      call({ partialArgs: [{ jsonPath: '$.city', stringValue: 'lo' }], willContinue: true }),
      call({
        partialArgs: [
          { jsonPath: "$.guests[0]['name']", stringValue: 'Ada' },
          { jsonPath: '$.guests[1].age', numberValue: 36 },
          { jsonPath: '$.quiet', boolValue: false },
          { jsonPath: '$.until', nullValue: 'NULL_VALUE' },
          { jsonPath: '$.__proto__.x', stringValue: 'y' },
        ],
        willContinue: true,
      }),
      call({}),
      call({ name: 'bye' }),
      STOP,
    );
    expect(content).toMatchObject([
      {
        name: 'book',
        arguments:
          '{"city":"Oslo","guests":[{"name":"Ada"},{"age":36}],"quiet":false,"until":null,"__proto__":{"x":"y"}}',
      },
      { name: 'bye', arguments: '{}' },
    ]);
  });

  it('keeps parts that it does not know, in their place', () => {
    const code = { toolCall: { toolType: 'GOOGLE_MAPS', id: 't' } };
    const image = { inlineData: { mimeType: 'image/png', data: 'AA==' } };
    expect(contentOf(chunk([{ text: 'a' }, code, image, {}, { text: 'b' }]), STOP)).toEqual([
      { type: 'text', text: 'a' },
      { type: 'opaque', dialect: 'gemini', value: code },
      { type: 'opaque', dialect: 'gemini', value: image },
      { type: 'text', text: 'b' },
    ]);
  });

  it('keeps what is said of a candidate: the last word of each kind, and all of what grows', () => {
    const { choices, extensions } = fold(
      chunk(
        [{ text: 'a' }],
        { safetyRatings: [{ category: 'A' }], logprobsResult: { chosenCandidates: [1] }, groundingMetadata: { q: 1 } },
        { createTime: '2027-01-01T00:00:00Z', modelStatus: { stage: 'STABLE' } },
      ),
      chunk(
        [{ text: 'b' }],
        { safetyRatings: [{ category: 'B' }], logprobsResult: { chosenCandidates: [2] }, groundingMetadata: { s: 2 } },
        { createTime: '2027-01-01T00:00:00Z', promptFeedback: { safetyRatings: [] } },
      ),
      STOP,
    );
    expect(choices[0]?.extensions).toEqual({
      gemini: {
        safetyRatings: [{ category: 'B' }],
        logprobsResult: { chosenCandidates: [1, 2] },
        groundingMetadata: { q: 1, s: 2 },
        response: { promptFeedback: { safetyRatings: [] } },
      },
    });
    expect(extensions).toEqual({ gemini: { createTime: '2027-01-01T00:00:00Z', modelStatus: { stage: 'STABLE' } } });
    expect(fold(chunk([], { finishReason: 'STOP' }, { createTime: '2027-01-01T00:00:00Z' })).createdAt).toBe(
      1_798_761_600,
    );
  });

  it('reads several candidates, each with its finish, and usage after them', () => {
    const answer = fold(
      {
        candidates: [{ content: { parts: [{ text: 'a' }] } }, { index: 1, content: { parts: [{ text: 'b' }] } }],
        ...ID,
      },
      { candidates: [{ index: 1, finishReason: 'MAX_TOKENS' }], ...ID },
      { candidates: [{ index: 0, finishReason: 'STOP' }], ...ID },
      { usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2 }, ...ID },
    );
    expect(answer.choices.map(({ finish }) => finish.reason)).toEqual(['stop', 'length']);
    expect(answer.usage).toMatchObject({ inputUncached: 3, output: 2 });
  });

  it.each([
    ['STOP', 'stop'],
    ['MAX_TOKENS', 'length'],
    ['SAFETY', 'content-filter'],
    ['RECITATION', 'content-filter'],
    ['BLOCKLIST', 'content-filter'],
    ['PROHIBITED_CONTENT', 'content-filter'],
    ['SPII', 'content-filter'],
    ['IMAGE_SAFETY', 'content-filter'],
    ['MALFORMED_FUNCTION_CALL', 'other'],
    ['LANGUAGE', 'other'],
    ['constructor', 'other'],
  ])('reads the finish reason %s as %s', (raw, reason) => {
    expect(fold(chunk([{ text: 'a' }], { finishReason: raw })).choices[0]?.finish).toEqual({ reason, raw });
  });

  it('reads a refused prompt as an answer without content', () => {
    const blocked = { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' }, ...ID };
    const expected = { content: [], finish: { reason: 'content-filter', raw: 'PROHIBITED_CONTENT' } };
    expect(fold(blocked).choices).toEqual([expected]);
    expect(decodeResponse(blocked).choices).toEqual([expected]);
  });

  it.each([
    ['no chunk', []],
    ['no finish reason', [chunk([{ text: 'a' }])]],
    ['a candidate that never finished', [chunk([{ text: 'a' }]), { candidates: [{ index: 1, finishReason: 'STOP' }] }]],
    ['only usage', [{ usageMetadata: { promptTokenCount: 1 }, ...ID }]],
  ])('takes the end of a stream with %s for a cut', (_name, chunks) => {
    expect(foldStream(decode(...chunks)).error).toMatchObject({ code: 'upstream_truncated' });
  });

  it('says nothing after an error', () => {
    const error = { error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } };
    const events = decode(chunk([{ text: 'a' }]), error, STOP);
    expect(events.at(-2)).toMatchObject({ type: 'error', error: { code: 'upstream_overloaded', status: 503 } });
    expect(foldStream(decode([error])).error).toMatchObject({ code: 'upstream_overloaded' });
    expect(foldStream(decode('no json')).error).toMatchObject({ code: 'upstream_malformed' });
  });
});

describe('decodeResponse', () => {
  it.each([[{}], [[]], ['text'], [{ candidates: [] }], [{ promptFeedback: {} }]])('refuses %j', (body) => {
    expect(() => decodeResponse(body)).toThrow(expect.objectContaining({ code: 'upstream_malformed' }));
  });

  it('throws an error for what it is', () => {
    const error = { code: 429, message: 'Quota exceeded', status: 'RESOURCE_EXHAUSTED' };
    expect(() => decodeResponse({ error })).toThrow(expect.objectContaining({ code: 'upstream_rate_limited' }));
  });

  it('reads an answer without a finish reason', () => {
    const answer = decodeResponse({ candidates: [{ content: { parts: [{ text: 'a' }] } }] });
    expect(answer).toEqual({
      id: '',
      model: '',
      choices: [{ content: [{ type: 'text', text: 'a' }], finish: { reason: 'other' } }],
    });
  });
});
