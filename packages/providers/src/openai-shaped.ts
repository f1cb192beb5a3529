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

/** OpenAI's paths, for providers to pick from. */
export const OPENAI_PATHS = {
  completions: '/completions',
  'responses-compact': '/responses/compact',
  embeddings: '/embeddings',
  'images-generations': '/images/generations',
  'images-edits': '/images/edits',
  'audio-speech': '/audio/speech',
  'audio-transcriptions': '/audio/transcriptions',
  moderations: '/moderations',
} as const satisfies Partial<Provider['paths']>;
