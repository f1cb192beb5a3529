import type { Provider } from '../provider.js';

export const GEMINI: Provider = {
  slug: 'gemini',
  configKey: 'gemini-api-key',
  displayName: 'Google Gemini',
  defaultBaseUrl: 'https://generativelanguage.googleapis.com',
  dialect: 'gemini',
  auth: { type: 'header', name: 'x-goog-api-key' },
  paths: {
    chat: '/v1beta/models/{model}:generateContent',
    chatStream: '/v1beta/models/{model}:streamGenerateContent?alt=sse',
    models: '/v1beta/models',
    'count-tokens': '/v1beta/models/{model}:countTokens',
    embeddings: '/v1beta/models/{model}:embedContent',
    embeddingsBatch: '/v1beta/models/{model}:batchEmbedContents',
  },
  headers: {},
  forwardedHeaders: [],
  nativeModels: ['gemini-*'],
  // Else: "BatchEmbedContentsRequest.requests: at most 100 requests can be in one batch" (the API's own error, 400)
  mostEmbeddingsPerCall: 100,
  // From Gemini 3.6 Flash and 3.5 Flash-Lite on a conversation that ends with the model's turn is refused.
  prefill: {
    models: ['gemini-1.5-*', 'gemini-2.*', 'gemini-3-*', 'gemini-3.1-*'],
    documentation: 'https://ai.google.dev/gemini-api/docs/latest-model',
  },
  // Limits are set for a project, and each model has its own (Rate limits).
  quotaScope: 'model',
  documentation: 'https://ai.google.dev/api/generate-content',
};
