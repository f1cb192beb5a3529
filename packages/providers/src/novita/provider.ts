import { OPENAI_SHAPED } from '../openai-shaped.js';
import type { Provider } from '../provider.js';

export const NOVITA: Provider = {
  ...OPENAI_SHAPED,
  slug: 'novita',
  configKey: 'novita',
  displayName: 'Novita AI',
  defaultBaseUrl: 'https://api.novita.ai/openai/v1',
  quotaScope: 'model',
  documentation: 'https://novita.ai/docs/api-reference/model-apis-llm-create-chat-completion',
};
