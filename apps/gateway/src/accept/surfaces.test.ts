import { dialectOfPath } from './surfaces.js';

describe('dialectOfPath', () => {
  it.each([
    ['/v1/chat/completions', 'openai-chat'],
    ['/v1/responses/compact', 'openai-responses'],
    ['/v1/messages/count_tokens', 'anthropic-messages'],
    ['/v1beta/anything', 'gemini'],
    ['/v1/models/team-a/gemini:generateContent', 'gemini'],
    ['/v1/models/team-a/gemini', 'openai-chat'],
    ['/nowhere', 'openai-chat'],
  ])('of %s is %s', (path, dialect) => {
    expect(dialectOfPath(path)).toBe(dialect);
  });
});
