import { OPENAI_PATHS, OPENAI_SHAPED } from '../openai-shaped.js';
import type { Provider } from '../provider.js';

export const OPENAI: Provider = {
  ...OPENAI_SHAPED,
  slug: 'openai',
  configKey: 'openai-api-key',
  displayName: 'OpenAI',
  defaultBaseUrl: 'https://api.openai.com/v1',
  // Responses rather than chat for whoever speaks neither: some models are served only there, and only there does a
  // model's reasoning go back to it between two calls of tools. (Migrate to the Responses API)
  dialect: 'openai-responses',
  paths: { chat: '/responses', models: '/models', ...OPENAI_PATHS },
  alsoSpeaks: { 'openai-chat': '/chat/completions' },
  // Limits are set for the organisation and its project, and each model has its own (Rate limits).
  quotaScope: 'model',
  documentation: 'https://platform.openai.com/docs/api-reference/responses',
};
