import { OPENAI_PATHS, OPENAI_SHAPED } from '../openai-shaped.js';
import type { Provider } from '../provider.js';

// Older clients know the service as `https://api.together.xyz/v1`; the vendor's own page now gives this name.
export const TOGETHER: Provider = {
  ...OPENAI_SHAPED,
  slug: 'together',
  configKey: 'together',
  displayName: 'Together AI',
  defaultBaseUrl: 'https://api.together.ai/v1',
  paths: {
    ...OPENAI_SHAPED.paths,
    completions: OPENAI_PATHS.completions,
    embeddings: OPENAI_PATHS.embeddings,
    'images-generations': OPENAI_PATHS['images-generations'],
    'audio-speech': OPENAI_PATHS['audio-speech'],
    'audio-transcriptions': OPENAI_PATHS['audio-transcriptions'],
    rerank: '/rerank',
  },
  quotaScope: 'model',
  documentation: 'https://docs.together.ai/docs/inference/openai-compatibility',
};
