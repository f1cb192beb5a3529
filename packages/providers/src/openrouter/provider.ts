import { OPENAI_PATHS, OPENAI_SHAPED } from '../openai-shaped.js';
import type { Provider } from '../provider.js';

export const OPENROUTER: Provider = {
  ...OPENAI_SHAPED,
  slug: 'openrouter',
  configKey: 'openrouter',
  displayName: 'OpenRouter',
  defaultBaseUrl: 'https://openrouter.ai/api/v1',
  paths: {
    ...OPENAI_SHAPED.paths,
    completions: OPENAI_PATHS.completions,
    embeddings: OPENAI_PATHS.embeddings,
    rerank: '/rerank',
  },
  // The two headers by which OpenRouter attributes requests to an app (App Attribution).
  forwardedHeaders: ['http-referer', 'x-title'],
  quotaScope: 'model',
  documentation: 'https://openrouter.ai/docs/api/reference/limits',
};
