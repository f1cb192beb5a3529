export {
  CANCELLED_END,
  ERROR_RULE_ACTIONS,
  failedEnd,
  type AttemptDeadlines,
  type AttemptEnd,
  type AttemptError,
  type AttemptHandler,
  type AttemptHead,
  type AttemptOpen,
  type AttemptReply,
  type AttemptTimings,
  type AttemptTransport,
  type RescueState,
  type Resume,
} from './attempt.js';
export { Cancellation, type AttemptSignal } from './cancellation.js';
export { createDirectTransport } from './client/direct-transport.js';
export { createWireTransport, type WireTransport, type WireTransportOptions } from './client/wire-client.js';
export type { ResolveHost } from './client/worker-discovery.js';
export type { ConnectionTimings } from './connection/wire-connection.js';
export type { WireServerLimits } from './server/server-connection.js';
export { listenWire, type WireAddress, type WireServer, type WireServerOptions } from './server/wire-server.js';
export { WireStrategy, type WireStrategyOptions } from './server/wire-strategy.js';
export type { WireLogger } from './wire-logger.js';
export type { WireTls } from './wire-tls.js';
