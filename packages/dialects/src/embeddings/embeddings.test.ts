import { GatewayError } from '@switchyard/canonical';
import fc from 'fast-check';

import { decodeBase64Floats, encodeBase64Floats } from './base64-floats.js';
import { embeddingsOf, type EmbeddingsRequest, type EmbeddingsResponse } from './embeddings.js';

const openai = embeddingsOf('openai-chat');
const gemini = embeddingsOf('gemini');

function refusal(run: () => unknown): unknown {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof GatewayError) return [thrown.code, thrown.param];
  }
  return 'not refused';
}

describe('a request for embeddings', () => {
  it('goes from OpenAI to Gemini as a batch', () => {
    const { value, warnings } = openai.decodeRequest({
      model: 'm',
      input: ['a', 'b'],
      dimensions: 64,
      encoding_format: 'base64',
      user: 'u',
    });
    expect(gemini.encodeRequest(value, 'g')).toEqual({
      requests: [
        { model: 'models/g', content: { parts: [{ text: 'a' }] }, outputDimensionality: 64 },
        { model: 'models/g', content: { parts: [{ text: 'b' }] }, outputDimensionality: 64 },
      ],
    });
    expect(warnings.map(({ type, field }) => [type, field])).toEqual([['dropped', 'user']]);
  });

  it('goes from Gemini to OpenAI, one or many, in either spelling', () => {
    const one = gemini.decodeRequest({
      model: 'models/m',
      content: { parts: [{ text: 'a' }, { text: 'b' }] },
      task_type: 'RETRIEVAL_QUERY',
      title: 'T',
      output_dimensionality: 8,
    });
    expect(openai.encodeRequest(one.value, 'o')).toEqual({ model: 'o', input: ['a\nb'], dimensions: 8 });
    expect(one.warnings.map(({ field }) => field)).toEqual(['taskType', 'title']);

    const many = gemini.decodeRequest({
      requests: ['a', 'b'].map((text) => ({ content: { parts: [{ text }] }, taskType: 'CLUSTERING' })),
    });
    expect(openai.encodeRequest(many.value, 'o')).toEqual({ model: 'o', input: ['a', 'b'] });
    expect(many.warnings.map(({ field }) => field)).toEqual(['requests[].taskType']);
  });

  it.each([
    ['openai', { input: [1, 2] }, ['untranslatable_field', 'input']],
    ['openai', { input: [[1], [2]] }, ['untranslatable_field', 'input']],
    ['openai', { input: [] }, ['invalid_request', 'input']],
    ['openai', {}, ['invalid_request', 'input']],
    ['gemini', { content: { parts: [{ inlineData: {} }] } }, ['untranslatable_field', 'content.parts[0]']],
    ['gemini', { requests: [] }, ['invalid_request', 'requests']],
    ['gemini', {}, ['invalid_request', 'content']],
    [
      'gemini',
      {
        requests: [
          { content: { parts: [{ text: 'a' }] }, outputDimensionality: 1 },
          { content: { parts: [{ text: 'a' }] } },
        ],
      },
      ['untranslatable_field', 'requests[].outputDimensionality'],
    ],
  ])('of %s that cannot be translated is refused by name: %j', (language, body, expected) => {
    expect(refusal(() => (language === 'gemini' ? gemini : openai).decodeRequest(body))).toEqual(expected);
  });

  it('means the same after a way through either language', () => {
    const request: fc.Arbitrary<EmbeddingsRequest> = fc.record({
      texts: fc.array(fc.string(), { minLength: 1 }),
      dimensions: fc.option(fc.integer({ min: 1, max: 4096 }), { nil: undefined }),
      answer: fc.constant({ type: 'floats' as const }),
    });
    fc.assert(
      fc.property(request, (asked) => {
        for (const language of [openai, gemini]) {
          const body = JSON.parse(JSON.stringify(language.encodeRequest(asked, 'm')));
          expect({ dimensions: undefined, ...language.decodeRequest(body).value }).toEqual(asked);
        }
      }),
    );
  });
});

describe('an answer with embeddings', () => {
  it('is the same after a way through either language', () => {
    const vector = fc.array(
      fc.float({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
      { minLength: 1 },
    );
    const response: fc.Arbitrary<EmbeddingsResponse> = fc.record({
      vectors: fc.array(vector, { minLength: 1 }),
      inputTokens: fc.nat(),
    });
    fc.assert(
      fc.property(response, fc.constantFrom('floats' as const, 'base64' as const), (given, type) => {
        for (const language of [openai, gemini]) {
          const body = JSON.parse(JSON.stringify(language.encodeResponse(given, { model: 'm', shape: { type } })));
          expect(language.decodeResponse(body)).toEqual(given);
        }
      }),
    );
  });

  it('of one vector has no list in Gemini', () => {
    const response = { vectors: [[1, 2]], inputTokens: 3 };
    expect(gemini.encodeResponse(response, { model: 'm', shape: { type: 'single' } })).toEqual({
      embedding: { values: [1, 2] },
      usageMetadata: { promptTokenCount: 3 },
    });
  });

  it('is put in the order of the texts', () => {
    const data = [
      { index: 1, embedding: [1] },
      { index: 0, embedding: [0] },
    ];
    expect(openai.decodeResponse({ data }).vectors).toEqual([[0], [1]]);
  });

  it('tells no tokens as 0 where OpenAI’s clients need a count', () => {
    const body = openai.encodeResponse({ vectors: [[1]] }, { model: 'm', shape: { type: 'floats' } });
    expect(body['usage']).toEqual({ prompt_tokens: 0, total_tokens: 0 });
  });

  it.each([{}, null, { data: [{ embedding: [] }] }, { data: [{ embedding: 'abc' }] }, { data: [{}] }])(
    'is not %j',
    (body) => {
      expect(refusal(() => openai.decodeResponse(body))).toEqual(['upstream_malformed', undefined]);
    },
  );

  it.each([{}, null, { embeddings: [{}] }, { embeddings: [{ values: ['1'] }] }])('of Gemini is not %j', (body) => {
    expect(refusal(() => gemini.decodeResponse(body))).toEqual(['upstream_malformed', undefined]);
  });

  it('has floats in base64 as OpenAI writes them', () => {
    expect(encodeBase64Floats([1, -0.5])).toBe('AACAPwAAAL8=');
    expect(decodeBase64Floats('AACAPwAAAL8=')).toEqual([1, -0.5]);
  });
});
