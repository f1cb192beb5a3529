export { operationsOf } from './operations.js';
export { canPrefill } from './prefill.js';
export type { AuthScheme, Prefill, Provider } from './provider.js';
export { PROVIDERS, providerByConfigKey, providerBySlug } from './registry.js';
export {
  respondAsSimulator,
  type SimulatorClock,
  type SimulatorRequest,
  type SimulatorResponse,
} from './simulator/respond.js';
