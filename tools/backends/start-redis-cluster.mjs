import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';

import { freePort } from './free-port.mjs';
import { startRedis } from './start-redis.mjs';

const testkitRequire = createRequire(new URL('../../packages/testkit/package.json', import.meta.url));

const SLOTS = 16_384;
const READY_TIMEOUT_MS = 15_000;

/**
 * Starts a Redis cluster of three masters, each with a third of the slots.
 *
 * @param {{ report: (line: string) => void }} options
 * @returns {Promise<{ url: string, pid: number, stop(): Promise<void> }[]>} The nodes.
 */
export async function startRedisCluster({ report }) {
  const started = await Promise.allSettled([startNode(report), startNode(report), startNode(report)]);
  const nodes = started.flatMap(({ value }) => value ?? []);
  try {
    const failed = started.find(({ status }) => status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    await join(nodes);
    return nodes;
  } catch (error) {
    await Promise.all(nodes.map((node) => node.stop()));
    throw error;
  }
}

async function startNode(report) {
  const busPort = await freePort();
  const args = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000', '--cluster-port', `${busPort}`];
  return { ...(await startRedis({ args, report })), busPort };
}

async function join(nodes) {
  const { Redis } = testkitRequire('ioredis');
  const connections = nodes.map(({ url }) => new Redis(url));
  try {
    const share = Math.ceil(SLOTS / nodes.length);
    for (const [index, redis] of connections.entries()) {
      await redis.cluster('ADDSLOTSRANGE', index * share, Math.min(SLOTS, (index + 1) * share) - 1);
      await redis.cluster('SET-CONFIG-EPOCH', index + 1);
    }
    for (const { url, busPort } of nodes.slice(1)) {
      await connections[0].cluster('MEET', '127.0.0.1', new URL(url).port, busPort);
    }
    await Promise.all(connections.map((redis) => isWhole(redis, nodes.length)));
  } finally {
    for (const redis of connections) redis.disconnect();
  }
}

async function isWhole(redis, size) {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    const state = await redis.cluster('INFO');
    if (state.includes('cluster_state:ok') && state.includes(`cluster_size:${size}`)) return;
    if (Date.now() > deadline) throw new Error(`the nodes of a Redis cluster did not find each other:\n${state}`);
    await sleep(50);
  }
}
