import { attemptUrl } from './attempt-url.js';

const GOOGLE = new URL('https://google.test');
const STREAM_PATH = '/v1beta/models/{model}:streamGenerateContent?alt=sse';

describe('attemptUrl', () => {
  it.each([
    ['https://api.anthropic.com/', '/v1/messages', 'https://api.anthropic.com/v1/messages'],
    ['http://h:1/api/v1', '/chat/completions', 'http://h:1/api/v1/chat/completions'],
    [
      'https://google.test',
      STREAM_PATH,
      'https://google.test/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse',
    ],
  ])('appends to %s the path %s', (base, path, expected) => {
    expect(attemptUrl({ url: new URL(base), path }, { model: 'gemini-2.5-pro' }).href).toBe(expected);
  });

  it.each(['../../admin', 'a/b', '..', 'x?key=1#y', '$&'])('keeps the model %s in its place', (model) => {
    const { pathname, search } = attemptUrl({ url: GOOGLE, path: STREAM_PATH }, { model });
    expect(pathname).toBe(`/v1beta/models/${encodeURIComponent(model)}:streamGenerateContent`);
    expect(search).toBe('?alt=sse');
  });
});
