import { ERROR_CODES, isErrorCode, totalInput, type Usage } from '@switchyard/canonical';
import { declaredFieldName } from '@switchyard/dialects';
import { genAiOperationName, genAiProviderName, OTHER, type Metrics } from '@switchyard/telemetry';

import type { RequestContext } from '../accept/request-context.js';
import type { AttemptRecord } from '../dispatch/attempt-record.js';
import { ModelLabels } from './model-labels.js';
import type { RequestOutcome } from './request-record.js';

/** Names of models that become labels, at most. */
const MAX_MODELS = 1_000;

/** What metrics tell of a request's context. */
export type MeteredContext = Pick<
  RequestContext,
  'surface' | 'caller' | 'facts' | 'resolution' | 'attempts' | 'receivedAtMs' | 'firstByteAtMs' | 'overheadMs'
>;

/** What a request's metrics are told apart by. */
interface Labels {
  /** '' for a stranger. */
  readonly tenant: string;
  readonly model: string;
  /** Of the last attempt; '' where there was none. */
  readonly provider: string;
}

/** Tells the metrics of each request that ended. (docs/metrics.md) */
export class RequestMetrics {
  readonly #models = new ModelLabels(MAX_MODELS);

  constructor(private readonly metrics: Metrics) {}

  /** Called once for every request, however it ended. */
  record(context: MeteredContext, outcome: RequestOutcome, nowMs: number): void {
    const { metrics } = this;
    const labels: Labels = {
      tenant: context.caller?.view.tenant.name ?? '',
      model: this.#models.labelOf(context, outcome.end?.outcome === 'success'),
      provider: context.attempts.at(-1)?.provider ?? '',
    };
    const { tenant, model, provider } = labels;
    const outcomeClass = classOf(outcome.errorCode);
    metrics.requests.with(tenant, model, provider, outcomeClass).add();
    metrics.requestDuration.with(tenant, model, outcomeClass).observe((nowMs - context.receivedAtMs) / 1_000);
    if (context.attempts.length === 0 && outcome.errorCode !== undefined && outcomeClass !== 'cancelled') {
      metrics.rejected.with(tenant, outcome.errorCode).add();
    }
    for (const attempt of context.attempts) this.#recordAttempt(context, attempt, model);
    this.#recordTimes(context, labels);
    if (outcome.end === undefined) return;
    const { usage, dropped } = outcome.end;
    if (usage !== undefined) this.#recordUsage(context, labels, usage);
    for (const field of dropped) {
      metrics.translationDropped.with(context.surface.dialect, declaredFieldName(field) ?? OTHER).add();
    }
  }

  #recordAttempt({ surface }: MeteredContext, attempt: AttemptRecord, model: string): void {
    const { metrics } = this;
    const { provider, errorCode, durationMs } = attempt;
    const upstreamModel = upstreamLabel(attempt, model);
    const outcomeClass = attempt.outcome === 'cancelled' ? 'cancelled' : classOf(errorCode);
    metrics.attempts.with(provider, upstreamModel, outcomeClass).add();
    if (errorCode === 'upstream_truncated') metrics.truncatedStreams.with(provider, upstreamModel).add();
    const errorType = errorCode ?? (attempt.outcome === 'cancelled' ? 'client_closed' : '');
    metrics.genAiOperationDuration
      .with(genAiOperationName(surface.operation), genAiProviderName(provider), upstreamModel, errorType)
      .observe(durationMs / 1_000);
  }

  #recordTimes(context: MeteredContext, { tenant, model, provider }: Labels): void {
    const { metrics } = this;
    const { overheadMs, firstByteAtMs, receivedAtMs, facts, surface } = context;
    if (overheadMs !== undefined) metrics.overhead.with(surface.operation).observe(overheadMs / 1_000);
    if (firstByteAtMs === undefined || facts?.stream !== true) return;
    const seconds = (firstByteAtMs - receivedAtMs) / 1_000;
    metrics.timeToFirstToken.with(tenant, model, provider).observe(seconds);
    metrics.genAiTimeToFirstToken
      .with(genAiOperationName(surface.operation), genAiProviderName(provider), model)
      .observe(seconds);
  }

  #recordUsage({ surface, attempts }: MeteredContext, { tenant, model, provider }: Labels, usage: Usage): void {
    const { tokens, genAiTokenUsage } = this.metrics;
    const add = (type: string, count: number): void => {
      if (count > 0) tokens.with(tenant, model, provider, type).add(count);
    };
    add('input', usage.inputUncached);
    add('cache_read', usage.cacheRead);
    add('cache_write_5m', usage.cacheWrite5m);
    add('cache_write_1h', usage.cacheWrite1h);
    add('output', usage.output);
    const operation = genAiOperationName(surface.operation);
    const upstreamModel = upstreamLabel(attempts.at(-1), model);
    const providerName = genAiProviderName(provider);
    genAiTokenUsage.with(operation, providerName, upstreamModel, 'input').observe(totalInput(usage));
    genAiTokenUsage.with(operation, providerName, upstreamModel, 'output').observe(usage.output);
  }
}

/** `success`, `cancelled`, or whose fault the error was: its scope. (docs/errors.md) */
function classOf(errorCode: string | undefined): string {
  if (errorCode === undefined) return 'success';
  if (errorCode === 'client_closed') return 'cancelled';
  return isErrorCode(errorCode) ? ERROR_CODES[errorCode].scope : 'gateway';
}

/** The upstream's name for a model is as well known as the name it was asked for by: behind a prefix it is the same. */
function upstreamLabel(attempt: Pick<AttemptRecord, 'model'> | undefined, model: string): string {
  return attempt === undefined || model === OTHER ? OTHER : attempt.model;
}
