import { canPrefill } from './prefill.js';
import { PROVIDERS, providerBySlug } from './registry.js';

function goesOn(slug: string, model: string): boolean {
  const provider = providerBySlug(slug);
  if (provider === undefined) throw new Error(`no provider ${slug}`);
  return canPrefill(provider, model);
}

describe('canPrefill', () => {
  it.each([
    ['claude', 'claude-3-5-sonnet-20241022', true],
    ['claude', 'claude-3-7-sonnet-latest', true],
    ['claude', 'claude-sonnet-4-20250514', true],
    ['claude', 'claude-sonnet-4-5', true],
    ['claude', 'claude-opus-4-1-20250805', true],
    ['claude', 'claude-opus-4-6', false],
    ['claude', 'claude-sonnet-4-6', false],
    ['claude', 'claude-sonnet-5', false],
    ['gemini', 'gemini-2.5-pro', true],
    ['gemini', 'gemini-3.6-flash', false],
    ['gemini', 'gemini-3.5-flash-lite', false],
    ['mistral', 'mistral-large-latest', true],
    ['mistral', 'magistral-medium-latest', false],
    ['deepseek', 'deepseek-chat', true],
    ['deepseek', 'deepseek-reasoner', false],
    ['groq', 'llama-3.3-70b-versatile', true],
    ['groq', 'openai/gpt-oss-120b', false],
    ['openai', 'gpt-4o', false],
    ['openai-compatibility', 'anything', false],
  ])('says of %s that %s does it: %s', (slug, model, expected) => {
    expect(goesOn(slug, model)).toBe(expected);
  });

  it('rests on a document of each vendor, and on patterns that have a star at their end only', () => {
    for (const { prefill } of PROVIDERS) {
      if (prefill === undefined) continue;
      expect(prefill.documentation).toMatch(/^https:/);
      for (const pattern of prefill.models) expect(pattern).toMatch(/^[^*]+\*?$/);
    }
  });
});
