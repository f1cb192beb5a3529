import { OPENAI_PATHS, OPENAI_SHAPED } from '../openai-shaped.js';
import type { Provider } from '../provider.js';

export const FIREWORKS: Provider = {
  ...OPENAI_SHAPED,
  slug: 'fireworks',
  configKey: 'fireworks',
  displayName: 'Fireworks AI',
  defaultBaseUrl: 'https://api.fireworks.ai/inference/v1',
  paths: {
    ...OPENAI_SHAPED.paths,
    completions: OPENAI_PATHS.completions,
    embeddings: OPENAI_PATHS.embeddings,
    rerank: '/rerank',
  },
  quotaScope: 'account',
  documentation: 'https://docs.fireworks.ai/tools-sdks/openai-compatibility',
};
