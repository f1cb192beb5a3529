/** jest's globalTeardown: stops every server that tests started. */
// oxlint-disable-next-line import/no-default-export -- jest takes the default export
export default async function teardown() {
  await globalThis.switchyardTestBroker?.close();
}
