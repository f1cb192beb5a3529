import { OPENAI_PATHS, OPENAI_SHAPED } from '../openai-shaped.js';
import type { Provider } from '../provider.js';

// Nothing is known of such a server but its shape: every endpoint may be there, and one that is not answers 404. Quota
// per model, so that one exhausted model does not take the server's others with it.
export const OPENAI_COMPATIBILITY: Provider = {
  ...OPENAI_SHAPED,
  slug: 'openai-compatibility',
  configKey: 'openai-compatibility',
  displayName: 'OpenAI-compatible server',
  paths: {
    ...OPENAI_SHAPED.paths,
    ...OPENAI_PATHS,
    rerank: '/rerank',
  },
  quotaScope: 'model',
  documentation: 'https://platform.openai.com/docs/api-reference/chat',
};
