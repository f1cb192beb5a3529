import { OPENAI_PATHS, OPENAI_SHAPED } from '../openai-shaped.js';
import type { Provider } from '../provider.js';

// Accounts of the international site need `base-url: https://api.siliconflow.com/v1`.
export const SILICONFLOW: Provider = {
  ...OPENAI_SHAPED,
  slug: 'siliconflow',
  configKey: 'siliconflow',
  displayName: 'SiliconFlow',
  defaultBaseUrl: 'https://api.siliconflow.cn/v1',
  paths: {
    ...OPENAI_SHAPED.paths,
    embeddings: OPENAI_PATHS.embeddings,
    'images-generations': OPENAI_PATHS['images-generations'],
    'audio-speech': OPENAI_PATHS['audio-speech'],
    'audio-transcriptions': OPENAI_PATHS['audio-transcriptions'],
    rerank: '/rerank',
  },
  quotaScope: 'model',
  documentation: 'https://docs.siliconflow.cn/cn/api-reference/chat-completions/chat-completions',
};
