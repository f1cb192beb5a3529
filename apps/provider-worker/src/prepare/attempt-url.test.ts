import { providerBySlug } from '@switchyard/providers';

import { attemptUrl } from './attempt-url.js';
import type { Target } from './resolve-target.js';

function target(slug: string, baseUrl: string): Target {
  const provider = providerBySlug(slug);
  if (provider === undefined) throw new Error(`no provider ${slug}`);
  const credential = { id: 'c1', provider: slug, baseUrl, headers: {} };
  return { credential, provider, url: new URL(baseUrl), secret: undefined, passthroughHeaders: false };
}

const google = target('gemini', 'https://generativelanguage.googleapis.com');

describe('attemptUrl', () => {
  it.each([
    [target('claude', 'https://api.anthropic.com/'), true, 'https://api.anthropic.com/v1/messages'],
    [target('openai-compatibility', 'http://h:1/api/v1'), false, 'http://h:1/api/v1/chat/completions'],
    [google, false, `${google.url.origin}/v1beta/models/gemini-2.5-pro:generateContent`],
    [google, true, `${google.url.origin}/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse`],
  ])('appends the path of the operation', (at, stream, expected) => {
    expect(attemptUrl(at, { model: 'gemini-2.5-pro', stream }).href).toBe(expected);
  });

  it.each(['../../admin', 'a/b', '..', 'x?key=1#y', '$&'])('keeps the model %s in its place', (model) => {
    const { pathname, search } = attemptUrl(google, { model, stream: true });
    expect(pathname).toBe(`/v1beta/models/${encodeURIComponent(model)}:streamGenerateContent`);
    expect(search).toBe('?alt=sse');
  });
});
