import { operationsOf } from './operations.js';

describe('operationsOf', () => {
  it('is what the provider has an endpoint for, and what a chat is enough for', () => {
    expect(operationsOf({ paths: { chat: '/chat', models: '/models', embeddings: '/embeddings' } })).toEqual([
      'chat',
      'completions',
      'count-tokens',
      'embeddings',
    ]);
  });
});
