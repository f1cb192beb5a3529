import type { Provider } from '../provider.js';

export const CLAUDE: Provider = {
  slug: 'claude',
  configKey: 'claude-api-key',
  displayName: 'Anthropic Claude',
  defaultBaseUrl: 'https://api.anthropic.com',
  dialect: 'anthropic-messages',
  auth: { type: 'header', name: 'x-api-key' },
  paths: { chat: '/v1/messages', models: '/v1/models', 'count-tokens': '/v1/messages/count_tokens' },
  headers: { 'anthropic-version': '2023-06-01' },
  forwardedHeaders: ['anthropic-version', 'anthropic-beta'],
  nativeModels: ['claude-*'],
  // Claude 4.6 and later answer 400 to a conversation that ends with the assistant's turn (What's new in Claude 4.6).
  prefill: {
    models: [
      'claude-3-*',
      'claude-sonnet-4-0',
      'claude-sonnet-4-2025*',
      'claude-opus-4-0',
      'claude-opus-4-1*',
      'claude-opus-4-2025*',
      'claude-haiku-4-5*',
      'claude-sonnet-4-5*',
      'claude-opus-4-5*',
    ],
    documentation: 'https://platform.claude.com/docs/en/build-with-claude/prompt-engineering/prefill-claudes-response',
  },
  // Messages requires `max_tokens` and refuses one above the model's own ceiling. For a model whose name does not tell it:
  // 8192 is the lowest ceiling since the 3.5 generation (Models overview), so that every such model accepts it.
  defaultMaxOutputTokens: 8192,
  // Each model has limits of its own, "so you can use different models up to their respective limits" (Rate limits).
  // Where a refusal is for the whole account, its headers say so.
  quotaScope: 'model',
  documentation: 'https://platform.claude.com/docs/en/api/overview',
};
