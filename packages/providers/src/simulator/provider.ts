import { OPENAI_SHAPED } from '../openai-shaped.js';
import type { Provider } from '../provider.js';

/** Answers from within the worker, without a network or an account: see `respondAsSimulator`. */
export const SIMULATOR: Provider = {
  ...OPENAI_SHAPED,
  slug: 'simulator',
  configKey: 'simulator',
  displayName: 'Simulator',
  // Never dialled; the top-level domain is reserved for names that cannot resolve (RFC 6761, section 6.4).
  defaultBaseUrl: 'https://simulator.invalid',
  auth: { type: 'none' },
  quotaScope: 'model',
  documentation: 'docs/providers.md',
};
