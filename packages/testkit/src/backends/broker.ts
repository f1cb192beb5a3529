import { pathToFileURL } from 'node:url';

import { repositoryFile } from '../repository.js';

let ownBroker: Promise<string> | undefined;

/**
 * Asks the broker of test servers (tools/backends/broker.mjs) for something. Under jest the broker was started by
 * jest's globalSetup, which tells its address in TEST_SERVERS_BROKER; elsewhere this process starts one of its own.
 */
export async function askBroker(method: 'POST' | 'DELETE', path: string): Promise<Record<string, unknown>> {
  // The product reads its environment in packages/config alone; testkit is told of test servers by jest this way.
  const url = process.env['TEST_SERVERS_BROKER'] ?? (await (ownBroker ??= startOwnBroker()));
  const response = await fetch(new URL(path, url), { method });
  const answer: unknown = await response.json();
  if (!isRecord(answer)) throw new Error(`the broker answered ${method} ${path} with ${JSON.stringify(answer)}`);
  if (!response.ok) throw new Error(`the broker could not ${method} ${path}: ${String(answer['error'])}`);
  return answer;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

async function startOwnBroker(): Promise<string> {
  const path = pathToFileURL(repositoryFile('tools/backends/start-broker.mjs')).href;
  const module: { startBroker(): Promise<{ readonly url: string }> } = await import(path);
  const broker = await module.startBroker();
  return broker.url;
}
