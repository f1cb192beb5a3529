import { parsePrometheusText } from '@switchyard/testkit';
import * as fc from 'fast-check';

import { OTHER } from './family.js';
import { MetricRegistry } from './metric-registry.js';

const facts = <const Names extends readonly string[]>(name: string, labels: Names) => ({ name, help: 'Is.', labels });

describe('a registry of metrics', () => {
  it('tells what was recorded, each series by itself', () => {
    const registry = new MetricRegistry(10);
    const requests = registry.counter(facts('r_total', ['tenant', 'model']));
    requests.with('a', 'm').add();
    requests.with('a', 'm').add(2);
    requests.with('b', 'm').add();
    registry.gauge(facts('g', [])).with().set(-2);
    const times = registry.histogram({ ...facts('t_seconds', ['model']), bounds: [0.1, 1] });
    for (const value of [0.05, 0.1, 0.5, 7]) times.with('m').observe(value);

    const scrape = parsePrometheusText(registry.text());
    expect(scrape.value('r_total', { tenant: 'a', model: 'm' })).toBe(3);
    expect(scrape.value('r_total', { tenant: 'b', model: 'm' })).toBe(1);
    expect(scrape.value('g')).toBe(-2);
    const buckets = ['0.1', '1', '+Inf'].map((le) => scrape.value('t_seconds_bucket', { model: 'm', le }));
    expect(buckets).toEqual([2, 3, 4]);
    expect(scrape.value('t_seconds_sum', { model: 'm' })).toBeCloseTo(7.65);
  });

  it('tells metrics that nothing was recorded for', () => {
    const registry = new MetricRegistry(10);
    registry.counter(facts('r_total', ['tenant']));
    expect(registry.text()).toBe('# HELP r_total Is.\n# TYPE r_total counter\n');
  });

  it('never has more series than its limit, loses no count, and keeps the labels that are closed', () => {
    const registry = new MetricRegistry(3);
    const requests = registry.counter({ ...facts('r_total', ['model', 'outcome']), closed: ['outcome'] });
    for (let number = 0; number < 100; number += 1) {
      requests.with(`m${number}`, number % 2 === 0 ? 'success' : 'client').add();
    }
    // What had a series keeps it.
    requests.with('m0', 'success').add();
    const scrape = parsePrometheusText(registry.text());
    expect([...requests.entries()].map(([values]) => values)).toEqual([
      ['m0', 'success'],
      ['m1', 'client'],
      ['m2', 'success'],
      [OTHER, 'client'],
      [OTHER, 'success'],
    ]);
    expect(scrape.sum('r_total')).toBe(101);
    expect(scrape.value('r_total', { model: 'm0', outcome: 'success' })).toBe(2);
    expect(scrape.value('r_total', { model: OTHER, outcome: 'client' })).toBe(49);
  });

  it('reads an observed gauge at every scrape: what is no longer told is gone', () => {
    const registry = new MetricRegistry(10);
    const state = registry.gauge(facts('state', ['credential']));
    let credentials = ['c1', 'c2'];
    state.observe(() => credentials.map((id) => [1, id] as const));
    state.observe(() => [[2, 'c3']]);
    expect(parsePrometheusText(registry.text()).sum('state')).toBe(4);
    credentials = ['c2'];
    const scrape = parsePrometheusText(registry.text());
    expect(scrape.value('state', { credential: 'c1' })).toBeUndefined();
    expect(scrape.value('state', { credential: 'c3' })).toBe(2);
  });

  it('writes any label so that it is read back as it was', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.string({ unit: 'binary' }), fc.string()), { selector: String }),
        (pairs) => {
          const registry = new MetricRegistry(1_000);
          const counter = registry.counter(facts('r_total', ['tenant', 'model']));
          for (const [place, [tenant, model]] of pairs.entries()) counter.with(tenant, model).add(place + 1);
          const scrape = parsePrometheusText(registry.text());
          for (const [tenant, model] of pairs) {
            expect(scrape.value('r_total', { tenant, model })).toBe(counter.with(tenant, model).value);
          }
        },
      ),
    );
  });

  it('counts a value in the first bucket that holds it', () => {
    const bounds = [0.1, 1, 10];
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 20, noNaN: true })), (values) => {
        const registry = new MetricRegistry(1);
        const series = registry.histogram({ ...facts('t_seconds', []), bounds }).with();
        for (const value of values) series.observe(value);
        const scrape = parsePrometheusText(registry.text());
        for (const bound of bounds) {
          const below = values.filter((value) => value <= bound).length;
          expect(scrape.value('t_seconds_bucket', { le: String(bound) })).toBe(below);
        }
      }),
    );
  });
});
