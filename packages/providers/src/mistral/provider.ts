import { OPENAI_SHAPED } from '../openai-shaped.js';
import type { Provider } from '../provider.js';

export const MISTRAL: Provider = {
  ...OPENAI_SHAPED,
  slug: 'mistral',
  configKey: 'mistral',
  displayName: 'Mistral AI',
  defaultBaseUrl: 'https://api.mistral.ai/v1',
  quotaScope: 'model',
  documentation: 'https://docs.mistral.ai/api/',
};
