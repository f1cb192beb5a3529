import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { operationsOf } from './operations.js';
import { PROVIDERS } from './registry.js';

const page = readFileSync(join(import.meta.dirname, '../../../docs/providers.md'), 'utf8');
const rows = page.split('\n').filter((line) => line.startsWith('|'));

describe('docs/providers.md', () => {
  it.each(PROVIDERS)('has a row for $slug with its key, its address and its dialect', (provider) => {
    const row = rows.find((line) => line.includes(`\`${provider.configKey}\``)) ?? '';
    expect(row).toContain(provider.displayName);
    expect(row).toContain(provider.dialect);
    if (provider.auth.type !== 'none' && provider.defaultBaseUrl !== undefined) {
      expect(row).toContain(`\`${provider.defaultBaseUrl}\``);
    }
  });

  it.each(PROVIDERS)('says which operations $slug has an endpoint for', (provider) => {
    const own = operationsOf(provider).filter((operation) => operation !== 'chat' && provider.paths[operation]);
    const row = rows.find((line) => line.startsWith(`| ${provider.displayName} |`) && line.split('|').length === 4);
    const told = [...(row ?? '').matchAll(/`([a-z-]+)`/g)].map(([, operation]) => operation);
    expect(told).toEqual(own);
  });
});
