import { nearest } from './nearest.js';

describe('nearest', () => {
  it('finds the word that a slip of the fingers meant', () => {
    expect(nearest('prefx', ['priority', 'prefix', 'proxy-url'])).toBe('prefix');
    expect(nearest('API-KEY', ['base-url', 'api-key'])).toBe('api-key');
    expect(nearest('openai-compatability', ['openrouter', 'openai-compatibility'])).toBe('openai-compatibility');
  });

  it('finds the word that was only begun', () => {
    expect(nearest('api-key', ['name', 'api-key-entries'])).toBe('api-key-entries');
  });

  it('offers nothing when no word is close', () => {
    expect(nearest('colour', ['prefix', 'port'])).toBeUndefined();
    expect(nearest('ab', [])).toBeUndefined();
  });
});
