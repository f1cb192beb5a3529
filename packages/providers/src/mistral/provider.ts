import { OPENAI_PATHS, OPENAI_SHAPED } from '../openai-shaped.js';
import type { Provider } from '../provider.js';

export const MISTRAL: Provider = {
  ...OPENAI_SHAPED,
  slug: 'mistral',
  configKey: 'mistral',
  displayName: 'Mistral AI',
  defaultBaseUrl: 'https://api.mistral.ai/v1',
  paths: {
    ...OPENAI_SHAPED.paths,
    embeddings: OPENAI_PATHS.embeddings,
    moderations: OPENAI_PATHS.moderations,
    'audio-transcriptions': OPENAI_PATHS['audio-transcriptions'],
  },
  prefill: {
    models: ['mistral-*', 'ministral-*', 'open-mistral-*', 'open-mixtral-*', 'codestral-*', 'devstral-*', 'pixtral-*'],
    mark: { prefix: true },
    documentation: 'https://docs.mistral.ai/guides/prefix/',
  },
  quotaScope: 'model',
  documentation: 'https://docs.mistral.ai/api/',
};
