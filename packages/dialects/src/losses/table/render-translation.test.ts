import { readFileSync } from 'node:fs';

import { renderTranslation } from './render-translation.js';

describe('docs/translation.md', () => {
  it('is what the table says; `npm run generate` writes it anew', () => {
    const page = readFileSync(new URL('../../../../../docs/translation.md', import.meta.url), 'utf8');
    expect(page).toBe(renderTranslation());
  });
});
