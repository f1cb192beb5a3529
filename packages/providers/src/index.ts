export { operationsOf } from './operations.js';
export type { AuthScheme, Provider } from './provider.js';
export { PROVIDERS, providerByConfigKey, providerBySlug } from './registry.js';
export {
  respondAsSimulator,
  type SimulatorClock,
  type SimulatorRequest,
  type SimulatorResponse,
} from './simulator/respond.js';
