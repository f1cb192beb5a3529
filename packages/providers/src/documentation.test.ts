import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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
});
