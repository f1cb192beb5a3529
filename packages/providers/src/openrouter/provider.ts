import { OPENAI_SHAPED } from '../openai-shaped.js';
import type { Provider } from '../provider.js';

export const OPENROUTER: Provider = {
  ...OPENAI_SHAPED,
  slug: 'openrouter',
  configKey: 'openrouter',
  displayName: 'OpenRouter',
  defaultBaseUrl: 'https://openrouter.ai/api/v1',
  // The two headers by which OpenRouter attributes requests to an app (App Attribution).
  forwardedHeaders: ['http-referer', 'x-title'],
  quotaScope: 'model',
  documentation: 'https://openrouter.ai/docs/api/reference/limits',
};
