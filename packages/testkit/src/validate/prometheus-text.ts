/** What a scrape said. */
export interface Scrape {
  /** By name: the metric's type, and the names of the labels its samples had. */
  readonly families: ReadonlyMap<string, { readonly type: string; readonly labels: readonly string[] }>;
  /** The sample with exactly these labels; undefined when there is none. Empty labels may be left out. */
  value(name: string, labels?: Readonly<Record<string, string>>): number | undefined;
  /** The sum of all samples of that name which have these labels, and maybe more. */
  sum(name: string, labels?: Readonly<Record<string, string>>): number;
}

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface OpenFamily {
  readonly name: string;
  readonly type: string;
  readonly samples: Sample[];
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const HELP = /^# HELP (?<name>\S+) (?<help>(?:[^\\]|\\\\|\\n)+)$/;
const TYPE = /^# TYPE (?<name>\S+) (?<type>counter|gauge|histogram)$/;
const SAMPLE = /^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(?<labels>[^]*)\})? (?<value>\S+)$/;
const LABEL = /(?<name>[a-zA-Z_][a-zA-Z0-9_]*)="(?<value>(?:[^"\\\n]|\\\\|\\"|\\n)*)"(?:,(?=[a-zA-Z_])|$)/y;
const NUMBER = /^(?:[+-]?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Inf)|NaN)$/i;

/**
 * Reads a scrape, more strictly than Prometheus does: every metric has its HELP, its TYPE and then its samples, all of them
 * together and none twice; histograms add up. (Prometheus, "Exposition formats", text-based format 0.0.4.)
 *
 * @throws Error naming the line that is wrong.
 */
export function parsePrometheusText(text: string): Scrape {
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  const families: OpenFamily[] = [];
  const lines = text.slice(0, -1).split('\n');
  for (const [place, line] of lines.entries()) {
    try {
      takeLine(families, line, lines[place + 1] ?? '');
    } catch (error) {
      throw new Error(`line ${place + 1}, ${line}: ${error instanceof Error ? error.message : ''}`, { cause: error });
    }
  }
  for (const family of families) checkFamily(family);
  return scrapeOf(families);
}

function takeLine(families: OpenFamily[], line: string, next: string): void {
  const help = HELP.exec(line)?.groups;
  if (help !== undefined) {
    const { name = '' } = help;
    if (!NAME.test(name)) throw new Error('not a name');
    const type = TYPE.exec(next)?.groups;
    if (type === undefined || type['name'] !== name) throw new Error('is not followed by its TYPE');
    if (families.some((family) => family.name === name)) throw new Error('a metric that was there before');
    families.push({ name, type: type['type'] ?? '', samples: [] });
    return;
  }
  const family = families.at(-1);
  const type = TYPE.exec(line)?.groups;
  if (type !== undefined) {
    if (family?.name !== type['name'] || family?.samples.length !== 0) throw new Error('does not follow its HELP');
    return;
  }
  const sample = parseSample(line);
  if (family === undefined || !belongs(family, sample)) throw new Error('is not among the samples of its metric');
  if (family.samples.some((other) => keyOf(other) === keyOf(sample))) throw new Error('was there before');
  family.samples.push(sample);
}

function parseSample(line: string): Sample {
  const found = SAMPLE.exec(line)?.groups;
  const { name = '', labels = '', value = '' } = found ?? {};
  if (found === undefined || !NUMBER.test(value)) throw new Error('is no sample');
  return { name, labels: parseLabels(labels), value: Number(value.replace('Inf', 'Infinity')) };
}

function parseLabels(text: string): Readonly<Record<string, string>> {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  for (let at = 0; at < text.length; at = LABEL.lastIndex) {
    const { name = '', value = '' } = LABEL.exec(text)?.groups ?? {};
    if (name === '' || Object.hasOwn(labels, name)) throw new Error(`labels that cannot be read at ${text.slice(at)}`);
    labels[name] = value.replaceAll(/\\(.)/g, (_all, escaped: string) => (escaped === 'n' ? '\n' : escaped));
  }
  return labels;
}

function belongs({ name, type }: OpenFamily, sample: Sample): boolean {
  if (type !== 'histogram') return sample.name === name;
  const isBucket = sample.name === `${name}_bucket`;
  if (isBucket !== 'le' in sample.labels) return false;
  return isBucket || sample.name === `${name}_sum` || sample.name === `${name}_count`;
}

function checkFamily({ name, type, samples }: OpenFamily): void {
  if (type === 'counter' && samples.some(({ value }) => !(value >= 0))) throw new Error(`${name} is below 0`);
  if (type === 'counter' && !name.endsWith('_total')) throw new Error(`${name}: the name of a counter ends in _total`);
  if (type !== 'histogram') return;
  const seriesKeys = new Set(samples.map((sample) => JSON.stringify(sorted(withoutBound(sample.labels)))));
  for (const key of seriesKeys) {
    const series = samples.filter(({ labels }) => JSON.stringify(sorted(withoutBound(labels))) === key);
    if (!isWholeHistogram(name, series)) throw new Error(`${name} ${key}: the buckets do not add up`);
  }
}

function isWholeHistogram(name: string, series: readonly Sample[]): boolean {
  const buckets = series.filter((sample) => sample.name === `${name}_bucket`);
  const count = series.find((sample) => sample.name === `${name}_count`)?.value;
  const bounds = buckets.map(({ labels }) => Number(labels['le']?.replace('Inf', 'Infinity')));
  return (
    series.some((sample) => sample.name === `${name}_sum`) &&
    bounds.at(-1) === Infinity &&
    buckets.at(-1)?.value === count &&
    bounds.every((bound, place) => place === 0 || bound > (bounds[place - 1] ?? Infinity)) &&
    buckets.every(({ value }, place) => place === 0 || value >= (buckets[place - 1]?.value ?? Infinity))
  );
}

function scrapeOf(families: readonly OpenFamily[]): Scrape {
  const samples = families.flatMap((family) => family.samples);
  const byKey = new Map(samples.map((sample) => [keyOf(sample), sample.value]));
  return {
    families: new Map(
      families.map((family) => [
        family.name,
        { type: family.type, labels: Object.keys(withoutBound(family.samples[0]?.labels ?? {})) },
      ]),
    ),
    value: (name, labels = {}) => byKey.get(keyOf({ name, labels })),
    sum: (name, labels = {}) =>
      samples
        .filter((sample) => sample.name === name)
        .filter((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value))
        .reduce((total, { value }) => total + value, 0),
  };
}

function withoutBound({ le: _le, ...labels }: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return labels;
}

/** An empty label is the same as none. (Prometheus, "Data model") */
function keyOf({ name, labels }: Pick<Sample, 'name' | 'labels'>): string {
  return JSON.stringify([name, ...sorted(labels)]);
}

function sorted(labels: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return Object.entries(labels)
    .filter(([, value]) => value !== '')
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}
