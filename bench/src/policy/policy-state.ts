import { parsePrometheusText } from '@switchyard/testkit';

import { connectRedisClient, type RedisClient } from '../redis/redis-client.js';
import type { Subject } from '../subjects/subject.js';

/** How the policies of a subject stand at one moment. */
export interface PolicyState {
  /** What its limits have counted. `requests` and `tokens` of the last minute, `usdMicros` of the month. */
  readonly requests: number;
  readonly tokens: number;
  readonly usdMicros: number;
  /** Requests under way that hold a lease. */
  readonly concurrent: number;
  /** Whether the gateway shares these with others, through Redis. */
  readonly sharesLimits: boolean;
  readonly sharesHealth: boolean;
  /** So far. */
  readonly usageRecords: number;
  readonly requestsInMetrics: number;
}

/** Asks a subject as its operator would: by the pages of its gateway, its metrics, and the stream of its usage. */
export interface PolicyReader {
  read(): Promise<PolicyState>;
  close(): void;
}

/** @throws Error for a subject that has no policies. */
export async function openPolicyReader(subject: Subject): Promise<PolicyReader> {
  const { operator, redisUrl, url } = subject;
  if (operator === undefined || redisUrl === undefined) throw new Error(`${subject.subject} has no policies to read`);
  const headers = { authorization: `Bearer ${operator.token}` };
  const { data: keys }: { readonly data: readonly { readonly id: string }[] } = await readJson(
    `${operator.adminUrl}/api/v1/keys`,
    headers,
  );
  const redis = await connectRedisClient(redisUrl);
  return {
    async read() {
      const page: LimitsPage = await readJson(`${url}/ops/limits?key_id=${keys[0]?.id}`, headers);
      const { isAlone }: SnapshotPage = await readJson(`${url}/ops/snapshot`, headers);
      return {
        ...usedOf(page),
        sharesLimits: !isAlone.limits,
        sharesHealth: !isAlone.health,
        usageRecords: await usageRecords(redis),
        requestsInMetrics: await requestsInMetrics(subject.metricsUrls),
      };
    },
    close: () => redis.close(),
  };
}

/** What `/ops/limits` says, as far as it is read here. */
export interface LimitsPage {
  readonly limits: readonly { readonly measure: string; readonly used: number }[];
}

interface SnapshotPage {
  readonly isAlone: { readonly limits: boolean; readonly health: boolean };
}

/** Where several rules count the same, the one that counted most. */
export function usedOf({ limits }: LimitsPage): Pick<PolicyState, 'requests' | 'tokens' | 'usdMicros' | 'concurrent'> {
  const most = (measure: string): number =>
    Math.max(0, ...limits.filter((limit) => limit.measure === measure).map(({ used }) => used));
  return {
    requests: most('requests'),
    tokens: most('tokens'),
    usdMicros: most('usd-micros'),
    concurrent: most('concurrent'),
  };
}

/** As many as were ever added: those that have been rolled up are no longer there. */
async function usageRecords(redis: RedisClient): Promise<number> {
  const reply = await redis.ask('XINFO', 'STREAM', 'switchyard:{usage}').catch(() => null);
  const fields: readonly unknown[] = Array.isArray(reply) ? reply : [];
  return Number(fields[fields.indexOf('entries-added') + 1] ?? 0);
}

async function requestsInMetrics(urls: readonly string[]): Promise<number> {
  const texts = await Promise.all(urls.map(async (url) => (await fetch(url)).text()));
  return texts.reduce((sum, text) => sum + parsePrometheusText(text).sum('switchyard_requests_total'), 0);
}

async function readJson<T>(url: string, headers: Readonly<Record<string, string>>): Promise<T> {
  const response = await fetch(url, { headers });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return JSON.parse(await response.text());
}
