import { OPENAI_PATHS, OPENAI_SHAPED } from '../openai-shaped.js';
import type { Provider } from '../provider.js';

/** A server that speaks the Responses API and nothing else. The name of its block is cliproxyapi's. */
export const CODEX: Provider = {
  ...OPENAI_SHAPED,
  slug: 'codex',
  configKey: 'codex-api-key',
  displayName: 'Responses server',
  dialect: 'openai-responses',
  paths: { chat: '/responses', models: '/models', 'responses-compact': OPENAI_PATHS['responses-compact'] },
  quotaScope: 'model',
  documentation: 'https://www.openresponses.org',
};
