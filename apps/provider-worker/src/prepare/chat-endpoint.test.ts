import type { DialectId } from '@switchyard/canonical';
import { providerBySlug } from '@switchyard/providers';

import { chatEndpoint, type ChatEndpointInput } from './chat-endpoint.js';

function endpointOf(slug: string, open: Partial<ChatEndpointInput['open']>, body: unknown = {}) {
  const provider = providerBySlug(slug);
  if (provider === undefined) throw new Error(`no provider ${slug}`);
  return chatEndpoint({
    open: { operation: 'chat', dialect: 'openai-chat', stream: false, ...open },
    body: Buffer.from(JSON.stringify(body)),
    provider,
  });
}

const COMPLETIONS = { operation: 'completions', dialect: 'openai-completions' } as const;

describe('chatEndpoint', () => {
  const plain = { model: 'm', prompt: 'a' };

  it.each([
    ['together', {}, plain, '/chat/completions', 'openai-chat'],
    ['together', COMPLETIONS, plain, '/chat/completions', 'openai-chat'],
    ['together', COMPLETIONS, { ...plain, echo: true }, '/completions', 'openai-completions'],
    ['claude', COMPLETIONS, { ...plain, echo: true }, '/v1/messages', 'anthropic-messages'],
    ['openai', COMPLETIONS, plain, '/chat/completions', 'openai-chat'],
    ['openai', COMPLETIONS, { ...plain, echo: true }, '/completions', 'openai-completions'],
  ] as const)('of %s, asked for %j of %j, is %s', (slug, open, body, path, dialect) => {
    expect(endpointOf(slug, open, body)).toEqual({ path, dialect });
  });

  it('is never the legacy one for a chat, whatever its body says', () => {
    expect(endpointOf('together', {}, { suffix: 'b' }).path).toBe('/chat/completions');
  });

  it.each<readonly [DialectId, string, DialectId]>([
    ['openai-chat', '/chat/completions', 'openai-chat'],
    ['openai-responses', '/responses', 'openai-responses'],
    ['anthropic-messages', '/responses', 'openai-responses'],
    ['gemini', '/responses', 'openai-responses'],
  ])('of a provider with two dialects is, for a client of %s, %s', (client, path, dialect) => {
    expect(endpointOf('openai', { dialect: client })).toEqual({ path, dialect });
    expect(endpointOf('openai', { dialect: client, stream: true })).toEqual({ path, dialect });
  });

  it.each([
    ['deepseek', 'prefill', '/beta/chat/completions'],
    ['deepseek', 'replay', '/chat/completions'],
    ['mistral', 'prefill', '/chat/completions'],
  ] as const)('of %s, to go on with an answer by %s, is %s', (slug, how, path) => {
    const resume = { how, state: { hasToolCalls: false, isStructured: false, state: {} } };
    expect(endpointOf(slug, { dialect: 'gemini', stream: true, resume }).path).toBe(path);
  });

  it('is the path for streams where there is one', () => {
    const streamed = endpointOf('gemini', { dialect: 'anthropic-messages', stream: true });
    expect(streamed).toEqual({ path: '/v1beta/models/{model}:streamGenerateContent?alt=sse', dialect: 'gemini' });
  });
});
