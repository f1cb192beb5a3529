import type { Provider } from './provider.js';

/** What every upstream has in common that speaks OpenAI's Chat Completions: a vendor's folder adds only what differs. */
export const OPENAI_SHAPED = {
  dialect: 'openai-chat',
  auth: { type: 'bearer' },
  paths: { chat: '/chat/completions', models: '/models' },
  headers: {},
  forwardedHeaders: [],
  nativeModels: [],
} as const satisfies Partial<Provider>;
