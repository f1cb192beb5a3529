import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PROVIDERS, providerByConfigKey, providerBySlug } from './registry.js';

const folders = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

describe('the registry', () => {
  it('has one provider for every folder, under the folder’s name', () => {
    expect(PROVIDERS.map((provider) => provider.slug).toSorted()).toEqual(folders.toSorted());
  });

  it('has the same file slots in every folder', () => {
    for (const folder of folders.filter((name) => name !== 'simulator')) {
      const files = readdirSync(join(import.meta.dirname, folder)).filter((file) => !file.endsWith('.test.ts'));
      expect([folder, files.filter((file) => file !== 'quirks.ts')]).toEqual([folder, ['provider.ts']]);
    }
  });

  it('finds a provider by its slug and by its key in the configuration file', () => {
    expect(providerBySlug('claude')?.configKey).toBe('claude-api-key');
    expect(providerByConfigKey('claude-api-key')?.slug).toBe('claude');
    expect(providerBySlug('claude-api-key')).toBeUndefined();
    expect(providerByConfigKey('nowhere')).toBeUndefined();
  });

  it('has no slug and no configuration key twice', () => {
    expect(new Set(PROVIDERS.map((provider) => provider.slug)).size).toBe(PROVIDERS.length);
    expect(new Set(PROVIDERS.map((provider) => provider.configKey)).size).toBe(PROVIDERS.length);
  });

  it.each(PROVIDERS)('gives $slug an address, paths and headers that fit together', (provider) => {
    if (provider.defaultBaseUrl !== undefined) {
      const url = new URL(provider.defaultBaseUrl);
      expect(url.protocol).toBe('https:');
      expect(provider.defaultBaseUrl).not.toMatch(/\/$/);
    }
    for (const path of [...Object.values(provider.paths), ...Object.values(provider.alsoSpeaks ?? {})])
      expect(path).toMatch(/^\/.*[^/]$/);
    for (const name of [...provider.forwardedHeaders, ...Object.keys(provider.headers)]) {
      expect(name).toBe(name.toLowerCase());
    }
    expect(provider.documentation).not.toBe('');
  });

  it('gives every provider a base URL but those whose entries must bring their own', () => {
    const without = PROVIDERS.filter((provider) => provider.defaultBaseUrl === undefined);
    expect(without.map((provider) => provider.slug)).toEqual(['codex', 'openai-compatibility']);
  });

  it('has no second endpoint for what a provider speaks at its first', () => {
    for (const { dialect, alsoSpeaks } of PROVIDERS) expect(Object.keys(alsoSpeaks ?? {})).not.toContain(dialect);
  });

  it('knows the ceiling to send wherever the dialect requires one', () => {
    const needing = PROVIDERS.filter((provider) => provider.dialect === 'anthropic-messages');
    expect(needing.map((provider) => [provider.slug, provider.defaultMaxOutputTokens])).toEqual([['claude', 8192]]);
  });
});
