import { surfaceAt } from './surface-at.js';

describe('surfaceAt', () => {
  it.each([
    ['/v1/chat/completions', '/v1/chat/completions'],
    ['/v1/messages?beta=true', '/v1/messages'],
    ['/v1/messages/count_tokens', '/v1/messages/count_tokens'],
    ['/v1beta/models/m:generateContent?key=k', '/v1beta/models/{model}:generateContent'],
    ['/v1beta/or/a/b:countTokens', '/v1beta/{model}:countTokens'],
    ['/v1/models/m:embedContent', '/v1/models/{model}:embedContent'],
  ])('knows %s', (target, path) => {
    expect(surfaceAt(target)?.path).toBe(path);
  });

  it('tells a stream of events from one that is an array', () => {
    expect(surfaceAt('/v1beta/models/m:streamGenerateContent?alt=sse')).toMatchObject({
      outside: { model: 'm', stream: true },
      framing: undefined,
    });
    expect(surfaceAt('/v1beta/models/m:streamGenerateContent')).toMatchObject({ framing: 'json-array' });
  });

  it.each([
    '/v1/chat/completions/',
    '/v1/Chat/completions',
    '/v1/models',
    '/v1/models/m',
    '/v1/route/explain',
    '/healthz',
    '/v1beta/models/m%3AgenerateContent',
    '/v1beta/models/m:unknown',
    '/',
  ])('leaves %s to the router', (target) => {
    expect(surfaceAt(target)).toBeUndefined();
  });
});
