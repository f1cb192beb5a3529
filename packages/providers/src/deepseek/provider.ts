import { OPENAI_SHAPED } from '../openai-shaped.js';
import type { Provider } from '../provider.js';

// The base URL has no `/v1` of its own; DeepSeek accepts one as an equal (Your First API Call).
export const DEEPSEEK: Provider = {
  ...OPENAI_SHAPED,
  slug: 'deepseek',
  configKey: 'deepseek',
  displayName: 'DeepSeek',
  defaultBaseUrl: 'https://api.deepseek.com',
  // Its base URL for this is that of everything else with `/beta` behind it (Chat Prefix Completion).
  prefill: {
    models: ['deepseek-chat'],
    mark: { prefix: true },
    path: '/beta/chat/completions',
    documentation: 'https://api-docs.deepseek.com/guides/chat_prefix_completion',
  },
  quotaScope: 'account',
  documentation: 'https://api-docs.deepseek.com/',
};
