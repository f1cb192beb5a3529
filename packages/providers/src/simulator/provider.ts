import { OPENAI_PATHS, OPENAI_SHAPED } from '../openai-shaped.js';
import type { Provider } from '../provider.js';

/** Answers from within the worker, without a network or an account: see `respondAsSimulator`. */
export const SIMULATOR: Provider = {
  ...OPENAI_SHAPED,
  slug: 'simulator',
  configKey: 'simulator',
  displayName: 'Simulator',
  // Never dialled; the top-level domain is reserved for names that cannot resolve (RFC 6761, section 6.4).
  defaultBaseUrl: 'https://simulator.invalid',
  paths: {
    ...OPENAI_SHAPED.paths,
    embeddings: OPENAI_PATHS.embeddings,
    'audio-speech': OPENAI_PATHS['audio-speech'],
    moderations: OPENAI_PATHS.moderations,
    rerank: '/rerank',
  },
  auth: { type: 'none' },
  quotaScope: 'model',
  documentation: 'docs/providers.md',
};
