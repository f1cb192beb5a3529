export { SURFACES, type Surface } from './accept/surfaces.js';
export { startGateway, type Gateway, type GatewayOptions, type RoutingSource } from './start-gateway.js';
