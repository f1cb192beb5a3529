import { OPENAI_PATHS, OPENAI_SHAPED } from '../openai-shaped.js';
import type { Provider } from '../provider.js';

export const NOVITA: Provider = {
  ...OPENAI_SHAPED,
  slug: 'novita',
  configKey: 'novita',
  displayName: 'Novita AI',
  defaultBaseUrl: 'https://api.novita.ai/openai/v1',
  paths: {
    ...OPENAI_SHAPED.paths,
    completions: OPENAI_PATHS.completions,
    embeddings: OPENAI_PATHS.embeddings,
    rerank: '/rerank',
  },
  quotaScope: 'model',
  documentation: 'https://novita.ai/docs/api-reference/model-apis-llm-create-chat-completion',
};
