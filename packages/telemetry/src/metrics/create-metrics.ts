import { MetricRegistry } from './metric-registry.js';

const DURATIONS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320, 640];
const OVERHEADS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];
// The buckets that the convention advises. (GenAI semantic conventions 1.41, "Metrics")
const GEN_AI_DURATIONS = Array.from({ length: 14 }, (_, power) => 2 ** power / 100);
const GEN_AI_TOKENS = Array.from({ length: 14 }, (_, power) => 4 ** power);
const GEN_AI_FIRST_TOKEN = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** More tenants, models and providers than a deployment has; fewer than would hurt Prometheus. */
const MAX_SERIES = 2_000;

export interface MetricsOptions {
  /** Series of one metric before further ones are told together as `other`. Default 2000. */
  readonly maxSeries?: number | undefined;
}

/** Every metric of Switchyard. docs/metrics.md says what each means; a test holds both together. */
export function createMetrics({ maxSeries = MAX_SERIES }: MetricsOptions = {}) {
  const registry = new MetricRegistry(maxSeries);
  return {
    /** Everything recorded so far, as Prometheus reads it. */
    text: (): string => registry.text(),
    /** All of them, in the order of the page. */
    families: registry.families,
    ...requestMetrics(registry),
    ...attemptMetrics(registry),
    ...stateMetrics(registry),
    ...genAiMetrics(registry),
  };
}

export interface Metrics extends ReturnType<typeof createMetrics> {}

function requestMetrics(registry: MetricRegistry) {
  return {
    requests: registry.counter({
      name: 'switchyard_requests_total',
      help: 'Requests that ended.',
      labels: ['tenant', 'model', 'provider', 'outcome'],
      closed: ['outcome'],
    }),
    requestDuration: registry.histogram({
      name: 'switchyard_request_duration_seconds',
      help: 'From the first byte of a request to the last of its answer.',
      labels: ['tenant', 'model', 'outcome'],
      closed: ['outcome'],
      bounds: DURATIONS,
    }),
    overhead: registry.histogram({
      name: 'switchyard_overhead_seconds',
      help: 'Time until the answer began that was not spent waiting for the upstream.',
      labels: ['operation'],
      closed: ['operation'],
      bounds: OVERHEADS,
    }),
    timeToFirstToken: registry.histogram({
      name: 'switchyard_time_to_first_token_seconds',
      help: 'From a request for a stream to the first content of its answer.',
      labels: ['tenant', 'model', 'provider'],
      bounds: DURATIONS,
    }),
    tokens: registry.counter({
      name: 'switchyard_tokens_total',
      help: 'Tokens that providers reported, each counted in one type.',
      labels: ['tenant', 'model', 'provider', 'type'],
      closed: ['type'],
    }),
    costUsd: registry.counter({
      name: 'switchyard_cost_usd_total',
      help: 'What the requests cost at the configured prices, in dollars.',
      labels: ['tenant', 'model', 'provider'],
    }),
    rejected: registry.counter({
      name: 'switchyard_rejected_total',
      help: 'Requests that were refused before any attempt.',
      labels: ['tenant', 'reason'],
      closed: ['reason'],
    }),
    translationDropped: registry.counter({
      name: 'switchyard_translation_dropped_total',
      help: 'Fields that did not survive translation.',
      labels: ['dialect', 'field'],
      closed: ['dialect', 'field'],
    }),
    inflight: registry.gauge({
      name: 'switchyard_inflight',
      help: 'Requests under way in a gateway, attempts under way in a worker.',
      labels: ['service'],
      closed: ['service'],
    }),
  };
}

function attemptMetrics(registry: MetricRegistry) {
  return {
    attempts: registry.counter({
      name: 'switchyard_attempts_total',
      help: 'Attempts at providers that ended.',
      labels: ['provider', 'upstream_model', 'outcome'],
      closed: ['outcome'],
    }),
    truncatedStreams: registry.counter({
      name: 'switchyard_truncated_streams_total',
      help: 'Attempts whose stream stopped without its terminal proof.',
      labels: ['provider', 'upstream_model'],
    }),
    cooldowns: registry.counter({
      name: 'switchyard_cooldowns_total',
      help: 'Cooldowns that began.',
      labels: ['provider', 'reason'],
      closed: ['reason'],
    }),
  };
}

function stateMetrics(registry: MetricRegistry) {
  return {
    credentialState: registry.gauge({
      name: 'switchyard_credential_state',
      help: 'Whether a credential is in this state: 1 or 0.',
      labels: ['provider', 'credential', 'state'],
      closed: ['state'],
      merge: 'largest',
    }),
    snapshotVersion: registry.gauge({
      name: 'switchyard_snapshot_version',
      help: 'The version of the configuration in use.',
      labels: ['service'],
      closed: ['service'],
      merge: 'smallest',
    }),
    redisDegraded: registry.gauge({
      name: 'switchyard_redis_degraded',
      help: 'Whether a service goes on without Redis: 1 or 0.',
      labels: ['service'],
      closed: ['service'],
      merge: 'largest',
    }),
  };
}

/** (GenAI semantic conventions 1.41, under the names that OpenTelemetry gives them in Prometheus.) */
function genAiMetrics(registry: MetricRegistry) {
  const labels = ['gen_ai_operation_name', 'gen_ai_provider_name', 'gen_ai_request_model'] as const;
  return {
    genAiOperationDuration: registry.histogram({
      name: 'gen_ai_client_operation_duration_seconds',
      help: 'How long an attempt at a provider took.',
      labels: [...labels, 'error_type'],
      closed: ['gen_ai_operation_name', 'error_type'],
      bounds: GEN_AI_DURATIONS,
    }),
    genAiTokenUsage: registry.histogram({
      name: 'gen_ai_client_token_usage',
      help: 'Tokens of one attempt at a provider.',
      labels: [...labels, 'gen_ai_token_type'],
      closed: ['gen_ai_operation_name', 'gen_ai_token_type'],
      bounds: GEN_AI_TOKENS,
    }),
    genAiTimeToFirstToken: registry.histogram({
      name: 'gen_ai_server_time_to_first_token_seconds',
      help: 'From a request for a stream to the first content of its answer.',
      labels,
      closed: ['gen_ai_operation_name'],
      bounds: GEN_AI_FIRST_TOKEN,
    }),
  };
}
