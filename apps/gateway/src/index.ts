export { startGateway, type Gateway, type GatewayOptions, type RoutingSource } from './start-gateway.js';
export { closeSharedState, createMemorySharedState, type SharedState } from './state/shared-state.js';
