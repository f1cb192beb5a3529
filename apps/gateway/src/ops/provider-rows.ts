import {
  credentialHealth,
  type CredentialHealth,
  type HealthRecord,
  type RoutingCredential,
} from '@switchyard/routing';
import { genAiProviderName, quantile, type HistogramSeries, type Metrics } from '@switchyard/telemetry';

/** How a provider served this gateway since it started. */
export interface ProviderRow {
  readonly provider: string;
  /** What was sent to it, each attempt counted. */
  readonly requests: number;
  readonly successes: number;
  /** Those whose client went away. */
  readonly cancelled: number;
  /** By whose fault they were: the error's scope. */
  readonly failures: Readonly<Record<string, number>>;
  /** By type; the types are disjoint. */
  readonly tokens: Readonly<Record<string, number>>;
  /** Of successful attempts. */
  readonly latencyMs: Quantiles;
  /** Of streams. */
  readonly firstTokenMs: Quantiles;
  readonly credentials: number;
  /** Those of its credentials that are not well. */
  readonly cooling: readonly (CredentialHealth & { readonly id: string })[];
}

/** As exact as the buckets of the metrics; absent as long as nothing was measured. */
export interface Quantiles {
  readonly p50?: number | undefined;
  readonly p95?: number | undefined;
}

export interface ProviderFacts {
  readonly metrics: Pick<Metrics, 'attempts' | 'tokens' | 'genAiOperationDuration' | 'timeToFirstToken'>;
  readonly credentials: readonly Pick<RoutingCredential, 'id' | 'provider'>[];
  /** Every scope that is not healthy. */
  readonly unhealthy: Iterable<HealthRecord>;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/** A row for every provider that has credentials or was ever asked, from what the metrics count already. */
export function providerRows({ metrics, credentials, unhealthy, nowMs }: ProviderFacts): readonly ProviderRow[] {
  const attempts = [...metrics.attempts.entries()].map(
    ([[provider = '', , outcome = ''], { value }]) => [provider, outcome, value] as const,
  );
  const tokens = [...metrics.tokens.entries()].map(
    ([[, , provider = '', type = ''], { value }]) => [provider, type, value] as const,
  );
  const health = credentialHealth(unhealthy, nowMs);
  const providers = new Set(
    [...credentials, ...attempts.map(([provider]) => ({ provider }))].map((one) => one.provider),
  );
  return [...providers].toSorted().map((provider) => {
    const { success = 0, cancelled = 0, ...failures } = sumsOf(attempts, provider);
    const own = credentials.filter((credential) => credential.provider === provider);
    return {
      provider,
      requests: success + cancelled + Object.values(failures).reduce((sum, count) => sum + count, 0),
      successes: success,
      cancelled,
      failures,
      tokens: sumsOf(tokens, provider),
      latencyMs: quantilesOf(durationsOf(metrics, provider)),
      firstTokenMs: quantilesOf(firstTokensOf(metrics, provider)),
      credentials: own.length,
      cooling: own.flatMap(({ id }) => {
        const known = health.get(id);
        return known === undefined ? [] : [{ id, ...known }];
      }),
    };
  });
}

type Count = readonly [provider: string, kind: string, value: number];

function sumsOf(counts: readonly Count[], wanted: string): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const [provider, kind, value] of counts) {
    if (provider === wanted) sums[kind] = (sums[kind] ?? 0) + value;
  }
  return sums;
}

function durationsOf({ genAiOperationDuration }: ProviderFacts['metrics'], slug: string): readonly HistogramSeries[] {
  const wanted = genAiProviderName(slug);
  return [...genAiOperationDuration.entries()].flatMap(([[, provider, , errorType], series]) =>
    provider === wanted && errorType === '' ? [series] : [],
  );
}

function firstTokensOf({ timeToFirstToken }: ProviderFacts['metrics'], wanted: string): readonly HistogramSeries[] {
  return [...timeToFirstToken.entries()].flatMap(([[, , provider], series]) => (provider === wanted ? [series] : []));
}

function quantilesOf(histograms: readonly HistogramSeries[]): Quantiles {
  return { p50: milliseconds(quantile(histograms, 0.5)), p95: milliseconds(quantile(histograms, 0.95)) };
}

function milliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : Math.round(seconds * 100_000) / 100;
}
