import { OPENAI_SHAPED } from '../openai-shaped.js';
import type { Provider } from '../provider.js';

// Older clients know the service as `https://api.together.xyz/v1`; the vendor's own page now gives this name.
export const TOGETHER: Provider = {
  ...OPENAI_SHAPED,
  slug: 'together',
  configKey: 'together',
  displayName: 'Together AI',
  defaultBaseUrl: 'https://api.together.ai/v1',
  quotaScope: 'model',
  documentation: 'https://docs.together.ai/docs/inference/openai-compatibility',
};
