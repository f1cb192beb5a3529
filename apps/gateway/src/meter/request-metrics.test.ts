import { ERROR_CODES, type ErrorCode } from '@switchyard/canonical';
import { createMetrics } from '@switchyard/telemetry';
import { parsePrometheusText, type Scrape } from '@switchyard/testkit';

import type { AttemptRecord } from '../dispatch/attempt-record.js';
import { RequestMetrics, type MeteredContext } from './request-metrics.js';
import type { RequestOutcome } from './request-record.js';

const SUCCESS: RequestOutcome = {
  status: 200,
  bytesWritten: 10,
  end: {
    outcome: 'success',
    dropped: ['seed', 'a word of the client'],
    usage: { inputUncached: 1, cacheRead: 2, cacheWrite5m: 3, cacheWrite1h: 4, output: 5, reasoning: 4 },
    timings: { preparedMs: 1, totalMs: 90 },
  },
};

function attempt(more: Partial<AttemptRecord> = {}): AttemptRecord {
  return { provider: 'claude', credential: 'c', model: 'm', outcome: 'success', durationMs: 90, waitedMs: 89, ...more };
}

function contextOf(more: Partial<MeteredContext> = {}): MeteredContext {
  const tenant = { id: 't', name: 'one', prefixes: [], shared: true, aliases: [] };
  const alias = { name: 'quick', targets: [{ model: 'x/m', weight: 1 }] };
  return {
    surface: { path: '/v1/chat/completions', dialect: 'openai-chat', operation: 'chat' },
    caller: {
      key: { id: 'k', hash: 'h', tenantId: 't' },
      view: { tenant, aliases: new Map([[alias.name, alias]]), byPrefix: new Map(), bare: [] },
    },
    facts: { model: 'quick', stream: true, conversation: {} },
    resolution: { model: 'quick', targets: [] },
    attempts: [attempt()],
    receivedAtMs: 1_000,
    firstByteAtMs: 1_050,
    overheadMs: 2,
    ...more,
  };
}

function scrapeOf(context: MeteredContext, outcome: RequestOutcome): Scrape {
  const metrics = createMetrics();
  new RequestMetrics(metrics).record(context, outcome, 1_100);
  return parsePrometheusText(metrics.text());
}

describe('the metrics of a request', () => {
  it('tell its times in seconds', () => {
    const { value } = scrapeOf(contextOf(), SUCCESS);
    const labels = { tenant: 'one', model: 'quick' };
    expect(value('switchyard_request_duration_seconds_sum', { ...labels, outcome: 'success' })).toBe(0.1);
    expect(value('switchyard_time_to_first_token_seconds_sum', { ...labels, provider: 'claude' })).toBe(0.05);
    expect(value('switchyard_overhead_seconds_sum', { operation: 'chat' })).toBe(0.002);
  });

  it('count every token in one type, and all input tokens together for OpenTelemetry', () => {
    const { value, sum } = scrapeOf(contextOf(), SUCCESS);
    const labels = { tenant: 'one', model: 'quick', provider: 'claude' };
    const types = ['input', 'cache_read', 'cache_write_5m', 'cache_write_1h', 'output'];
    expect(types.map((type) => value('switchyard_tokens_total', { ...labels, type }))).toEqual([1, 2, 3, 4, 5]);
    expect(sum('switchyard_tokens_total')).toBe(15);
    expect(sum('gen_ai_client_token_usage_sum', { gen_ai_token_type: 'input' })).toBe(10);
    expect(sum('gen_ai_client_token_usage_sum', { gen_ai_provider_name: 'anthropic' })).toBe(15);
  });

  it('name a lost field as the table does, or other', () => {
    const { value } = scrapeOf(contextOf(), SUCCESS);
    expect(value('switchyard_translation_dropped_total', { dialect: 'openai-chat', field: 'seed' })).toBe(1);
    expect(value('switchyard_translation_dropped_total', { dialect: 'openai-chat', field: 'other' })).toBe(1);
  });

  it.each(Object.keys(ERROR_CODES).filter((code): code is ErrorCode => code !== 'client_closed'))(
    'say whose fault %s was, and whether it was a refusal',
    (errorCode) => {
      const { scope } = ERROR_CODES[errorCode];
      const refused = scrapeOf(contextOf({ attempts: [] }), { status: 400, errorCode, bytesWritten: 0 });
      const labels = { tenant: 'one', model: 'quick' };
      expect(refused.value('switchyard_requests_total', { ...labels, outcome: scope })).toBe(1);
      expect(refused.value('switchyard_rejected_total', { tenant: 'one', reason: errorCode })).toBe(1);

      const attempts = [attempt({ outcome: 'error', errorCode })];
      const failed = scrapeOf(contextOf({ attempts }), { status: 502, errorCode, bytesWritten: 0 });
      expect(failed.value('switchyard_requests_total', { ...labels, provider: 'claude', outcome: scope })).toBe(1);
      expect(
        failed.value('switchyard_attempts_total', { provider: 'claude', upstream_model: 'm', outcome: scope }),
      ).toBe(1);
      expect(failed.sum('switchyard_rejected_total')).toBe(0);
    },
  );

  it('call a client that went away cancelled, before any attempt and during one', () => {
    const gone: RequestOutcome = { status: 499, errorCode: 'client_closed', bytesWritten: 0 };
    const before = scrapeOf(contextOf({ attempts: [] }), gone);
    expect(before.sum('switchyard_requests_total', { outcome: 'cancelled' })).toBe(1);
    expect(before.sum('switchyard_rejected_total')).toBe(0);
    const during = scrapeOf(contextOf({ attempts: [attempt({ outcome: 'cancelled' })] }), gone);
    expect(during.sum('switchyard_attempts_total', { outcome: 'cancelled' })).toBe(1);
  });

  it('cost a request next to nothing', () => {
    const requestMetrics = new RequestMetrics(createMetrics());
    const rounds = Array.from({ length: 10 }, () => {
      const startedAtMs = performance.now();
      for (let count = 0; count < 5_000; count += 1) requestMetrics.record(contextOf(), SUCCESS, 1_100);
      return (performance.now() - startedAtMs) / 5;
    });
    // Microseconds for making a context and recording it. About 2 on a quiet machine; a slow one gets time to spare.
    expect(Math.min(...rounds)).toBeLessThan(20);
  });
});
