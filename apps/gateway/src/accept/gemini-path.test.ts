import { framingOf, parseGeminiPath } from './gemini-path.js';

describe('parseGeminiPath', () => {
  it.each([
    ['gemini-2.5-pro:generateContent', { model: 'gemini-2.5-pro', operation: 'chat', stream: false }],
    ['a:countTokens', { model: 'a', operation: 'count-tokens', stream: false }],
    ['a:embedContent', { model: 'a', operation: 'embeddings', stream: false }],
    ['a:batchEmbedContents', { model: 'a', operation: 'embeddings', stream: false }],
    ['core/sonnet(high):streamGenerateContent', { model: 'core/sonnet(high)', operation: 'chat', stream: true }],
    ['or/vendor/model:free:generateContent', { model: 'or/vendor/model:free', operation: 'chat', stream: false }],
    ['models/gemini:generateContent', { model: 'gemini', operation: 'chat', stream: false }],
    ['gemini:unknownMethod', undefined],
    ['gemini:constructor', undefined],
    ['gemini', undefined],
    [':generateContent', undefined],
  ])('%s', (rest, expected) => {
    expect(parseGeminiPath(rest)).toEqual(expected && { ...expected, method: rest.slice(rest.lastIndexOf(':') + 1) });
  });
});

describe('framingOf', () => {
  it.each([
    ['/v1beta/models/m:streamGenerateContent', 'json-array'],
    ['/v1beta/models/m:streamGenerateContent?key=k', 'json-array'],
    ['/v1beta/models/m:streamGenerateContent?alt=json', 'json-array'],
    ['/v1beta/models/m:streamGenerateContent?key=k&alt=sse', undefined],
    ['/v1beta/models/m:streamGenerateContent?alt=SSE', undefined],
  ])('of %s is %s', (url, expected) => {
    expect(framingOf(url)).toBe(expected);
  });
});
