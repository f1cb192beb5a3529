import { providerBySlug } from '@switchyard/providers';

import { chatEndpoint } from './chat-endpoint.js';

function endpointOf(slug: string, operation: 'chat' | 'completions', body: unknown) {
  const provider = providerBySlug(slug);
  if (provider === undefined) throw new Error(`no provider ${slug}`);
  return chatEndpoint({ open: { operation, stream: false }, body: Buffer.from(JSON.stringify(body)), provider });
}

describe('chatEndpoint', () => {
  const plain = { model: 'm', prompt: 'a' };

  it.each([
    ['together', 'chat', plain, '/chat/completions', 'openai-chat'],
    ['together', 'completions', plain, '/chat/completions', 'openai-chat'],
    ['together', 'completions', { ...plain, echo: true }, '/completions', 'openai-completions'],
    ['claude', 'completions', { ...plain, echo: true }, '/v1/messages', 'anthropic-messages'],
  ] as const)('of %s, asked for %s of %j, is %s', (slug, operation, body, path, dialect) => {
    expect(endpointOf(slug, operation, body)).toEqual({ path, dialect });
  });

  it('is never the legacy one for a chat, whatever its body says', () => {
    expect(endpointOf('together', 'chat', { suffix: 'b' }).path).toBe('/chat/completions');
  });
});
