import { OPENAI_PATHS, OPENAI_SHAPED } from '../openai-shaped.js';
import type { Provider } from '../provider.js';

export const GROQ: Provider = {
  ...OPENAI_SHAPED,
  slug: 'groq',
  configKey: 'groq',
  displayName: 'Groq',
  defaultBaseUrl: 'https://api.groq.com/openai/v1',
  paths: {
    ...OPENAI_SHAPED.paths,
    'audio-speech': OPENAI_PATHS['audio-speech'],
    'audio-transcriptions': OPENAI_PATHS['audio-transcriptions'],
  },
  // Said of any of its text models; those that reason write their reasoning where the text would have to go on.
  prefill: {
    models: ['llama-*', 'meta-llama/*', 'gemma*', 'allam-*', 'moonshotai/*'],
    documentation: 'https://console.groq.com/docs/prefilling',
  },
  quotaScope: 'model',
  documentation: 'https://console.groq.com/docs/rate-limits',
};
