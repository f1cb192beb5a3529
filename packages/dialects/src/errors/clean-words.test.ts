import { cleanWords } from './clean-words.js';

describe('cleanWords', () => {
  it('leaves out what looks like a key or an account', () => {
    const said = 'Rate limit reached for gpt-x in organization org-abcdefgh12345 with sk-proj-0123456789abcdef';
    expect(cleanWords(said)).toBe('Rate limit reached for gpt-x in organization [redacted] with [redacted]');
  });

  it('cuts what is long', () => {
    expect(cleanWords('a'.repeat(2_000))).toBe(`${'a'.repeat(1_000)}…`);
  });
});
