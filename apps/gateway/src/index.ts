export { startGateway, type Gateway, type GatewayOptions, type RoutingSource } from './start-gateway.js';
