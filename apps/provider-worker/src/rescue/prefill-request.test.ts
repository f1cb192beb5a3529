import type { CanonicalRequest, Message } from '@switchyard/canonical';
import { providerBySlug } from '@switchyard/providers';

import { prefillRequest } from './prefill-request.js';

const USER: Message = { role: 'user', content: [{ type: 'text', text: 'Hi' }] };
const REQUEST: CanonicalRequest = { model: 'm', stream: true, messages: [USER], tools: [] };

function prefilled(slug: string, request: CanonicalRequest, text = 'Well, ') {
  const provider = providerBySlug(slug);
  if (provider === undefined) throw new Error(`no provider ${slug}`);
  const model = provider.prefill?.models[0]?.replace('*', 'x') ?? 'm';
  return prefillRequest(request, { text, provider, dialect: provider.dialect, model });
}

describe('prefillRequest', () => {
  it('ends the conversation with what was said, without the white space at its end', () => {
    expect(prefilled('claude', REQUEST).messages).toEqual([
      USER,
      { role: 'assistant', content: [{ type: 'text', text: 'Well,' }] },
    ]);
  });

  it('marks the turn as the provider wants it', () => {
    for (const slug of ['mistral', 'deepseek']) {
      expect(prefilled(slug, REQUEST).messages.at(-1)?.extensions).toEqual({ 'openai-chat': { prefix: true } });
    }
  });

  it('goes on within the turn that the client had begun', () => {
    const begun: Message = { role: 'assistant', content: [{ type: 'text', text: '{"a": ' }], name: 'n' };
    expect(prefilled('claude', { ...REQUEST, messages: [USER, begun] }).messages).toEqual([
      USER,
      { ...begun, content: [{ type: 'text', text: '{"a": Well,' }] },
    ]);
  });

  it('lowers the ceiling by what was said, to one token at least, and asks for no reasoning', () => {
    const request: CanonicalRequest = {
      ...REQUEST,
      maxOutputTokens: 12,
      reasoning: { type: 'effort', effort: 'high' },
    };
    expect(prefilled('claude', request, 'x'.repeat(40))).toMatchObject({
      maxOutputTokens: 2,
      reasoning: { type: 'off' },
    });
    expect(prefilled('claude', request, 'x'.repeat(400)).maxOutputTokens).toBe(1);
    expect(prefilled('claude', REQUEST)).toMatchObject({ maxOutputTokens: undefined, reasoning: undefined });
  });

  it('is the request itself where nothing was said yet', () => {
    expect(prefilled('claude', REQUEST, ' \n')).toBe(REQUEST);
  });

  it('is refused for a model that would answer anew', () => {
    for (const slug of ['openai', 'openai-compatibility', 'codex']) {
      expect(() => prefilled(slug, REQUEST)).toThrow('not known to go on with an answer');
    }
  });
});
