import { createMetrics } from './create-metrics.js';
import { mergedMetrics, reportMetrics, type MetricsReport } from './metrics-report.js';

/** As it arrives in another process. */
function sent(report: MetricsReport): MetricsReport {
  const received: MetricsReport = JSON.parse(JSON.stringify(report));
  return received;
}

function recorded({ requests, version }: { readonly requests: number; readonly version: number }): MetricsReport {
  const metrics = createMetrics();
  metrics.requests.with('team', 'm', 'p', 'ok').add(requests);
  for (let request = 0; request < requests; request += 1) metrics.overhead.with('chat').observe(0.0003);
  metrics.inflight.observe(() => [[requests, 'gateway']]);
  metrics.snapshotVersion.observe(() => [[version, 'gateway']]);
  metrics.redisDegraded.observe(() => [[version === 7 ? 1 : 0, 'gateway']]);
  return sent(reportMetrics(metrics));
}

const linesOf = (text: string, name: string): readonly string[] =>
  text.split('\n').filter((line) => line.startsWith(name));

describe('the metrics of several processes', () => {
  const one = recorded({ requests: 2, version: 7 });
  const two = recorded({ requests: 3, version: 6 });

  it('are the sums of what they counted', () => {
    const text = mergedMetrics({ present: [one, two], gone: [] }).text();
    expect(linesOf(text, 'switchyard_requests_total')).toEqual([
      'switchyard_requests_total{tenant="team",model="m",provider="p",outcome="ok"} 5',
    ]);
    expect(linesOf(text, 'switchyard_overhead_seconds_bucket{operation="chat",le="0.0005"}')).toEqual([
      'switchyard_overhead_seconds_bucket{operation="chat",le="0.0005"} 5',
    ]);
    expect(linesOf(text, 'switchyard_overhead_seconds_count')).toEqual([
      'switchyard_overhead_seconds_count{operation="chat"} 5',
    ]);
    expect(linesOf(text, 'switchyard_inflight')).toEqual(['switchyard_inflight{service="gateway"} 5']);
  });

  it('tell the oldest configuration in use, and that one of them is without Redis', () => {
    for (const present of [
      [one, two],
      [two, one],
    ]) {
      const text = mergedMetrics({ present, gone: [] }).text();
      expect(linesOf(text, 'switchyard_snapshot_version')).toEqual([
        'switchyard_snapshot_version{service="gateway"} 6',
      ]);
      expect(linesOf(text, 'switchyard_redis_degraded')).toEqual(['switchyard_redis_degraded{service="gateway"} 1']);
    }
  });

  it('keep what a process counted that is gone, and forget how it stood', () => {
    const text = mergedMetrics({ present: [two], gone: [one] }).text();
    expect(linesOf(text, 'switchyard_requests_total')).toEqual([
      'switchyard_requests_total{tenant="team",model="m",provider="p",outcome="ok"} 5',
    ]);
    expect(linesOf(text, 'switchyard_inflight')).toEqual(['switchyard_inflight{service="gateway"} 3']);
    expect(linesOf(text, 'switchyard_redis_degraded')).toEqual(['switchyard_redis_degraded{service="gateway"} 0']);
  });

  it('are, of one process, what it tells itself', () => {
    const metrics = createMetrics();
    metrics.requests.with('team', 'm', 'p', 'ok').add(4);
    metrics.timeToFirstToken.with('team', 'm', 'p').observe(0.2);
    expect(mergedMetrics({ present: [sent(reportMetrics(metrics))], gone: [] }).text()).toBe(metrics.text());
  });
});
