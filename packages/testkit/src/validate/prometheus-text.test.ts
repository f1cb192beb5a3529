import { parsePrometheusText } from './prometheus-text.js';

const GOOD = `# HELP a_total Counts.
# TYPE a_total counter
a_total{x="1",y="a\\"b\\\\c\\nd"} 3
a_total{x="2",y=""} 0.5
# HELP d_seconds Lasts.
# TYPE d_seconds histogram
d_seconds_bucket{le="0.1"} 1
d_seconds_bucket{le="+Inf"} 2
d_seconds_sum 1.5e-7
d_seconds_count 2
# HELP g Stands.
# TYPE g gauge
g -1
`;

describe('parsePrometheusText', () => {
  it('reads what is right', () => {
    const scrape = parsePrometheusText(GOOD);
    expect(scrape.value('a_total', { x: '1', y: 'a"b\\c\nd' })).toBe(3);
    expect(scrape.value('a_total', { x: '2' })).toBe(0.5);
    expect(scrape.value('a_total', { x: '3' })).toBeUndefined();
    expect(scrape.sum('a_total')).toBe(3.5);
    expect(scrape.sum('a_total', { x: '1' })).toBe(3);
    expect(scrape.value('d_seconds_sum')).toBe(1.5e-7);
    expect(scrape.value('d_seconds_bucket', { le: '0.1' })).toBe(1);
    expect(scrape.value('g')).toBe(-1);
    expect(scrape.families.get('a_total')).toEqual({ type: 'counter', labels: ['x', 'y'] });
    expect(scrape.families.get('d_seconds')).toEqual({ type: 'histogram', labels: [] });
  });

  it('takes what looks like the end of a line for a part of a label, as only a line feed is one', () => {
    const label = 'a\r\u2028b';
    expect(parsePrometheusText(GOOD.replace('x="2"', `x="${label}"`)).value('a_total', { x: label })).toBe(0.5);
  });

  it.each([
    ['a last line without an end', GOOD.slice(0, -1)],
    ['a metric without a TYPE', GOOD.replace('# TYPE g gauge\n', '')],
    ['a metric without a HELP', GOOD.replace('# HELP g Stands.\n', '')],
    ['a metric that comes again', GOOD + GOOD],
    ['a sample that comes again', `${GOOD}g 2\n`],
    ['a sample of another metric', `${GOOD}h 2\n`],
    ['no number', GOOD.replace('g -1', 'g one')],
    ['a quotation mark that is not escaped', GOOD.replace('a\\"b', 'a"b')],
    ['a label that comes again', GOOD.replace('x="2",y=""', 'x="2",x="2"')],
    ['a comma without a label', GOOD.replace('x="2",y=""', 'x="2",')],
    ['a counter below 0', GOOD.replace('0.5', '-0.5')],
    ['a counter without its ending', GOOD.replaceAll('a_total', 'a')],
    ['buckets that fall', GOOD.replace('le="0.1"} 1', 'le="0.1"} 3')],
    ['a count beside its buckets', GOOD.replace('d_seconds_count 2', 'd_seconds_count 3')],
    ['no bucket for the rest', GOOD.replace('d_seconds_bucket{le="+Inf"} 2\n', '')],
    ['an empty line', `${GOOD}\n`],
  ])('refuses %s', (_case, text) => {
    expect(text).not.toBe(GOOD);
    expect(() => parsePrometheusText(text)).toThrow();
  });
});
