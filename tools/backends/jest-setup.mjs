import { BROKER_VARIABLE, startBroker } from './start-broker.mjs';

/** jest's globalSetup: starts the broker of test servers; the servers themselves start when a test asks for them. */
// oxlint-disable-next-line import/no-default-export -- jest takes the default export
export default async function setup() {
  const broker = await startBroker();
  process.env[BROKER_VARIABLE] = broker.url;
  globalThis.switchyardTestBroker = broker;
}
