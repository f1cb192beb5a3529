/** Writes docs/translation.md from the table that packages/dialects declares. Needs a build: `npm run generate` makes one. */
import { writeFileSync } from 'node:fs';

import { renderTranslation } from '../../packages/dialects/dist/losses/table/render-translation.js';

writeFileSync(new URL('../../docs/translation.md', import.meta.url), renderTranslation());
