/** What stands in a label for values that get no series of their own. */
export const OTHER = 'other';

/** One value for each label name, in their order. */
export type LabelValues<Names extends readonly string[]> = { readonly [Place in keyof Names]: string };

/** A value and its labels, as they are when somebody asks. */
export type Reading<Names extends readonly string[]> = readonly [value: number, ...labels: LabelValues<Names>];

export interface FamilyFacts<Names extends readonly string[]> {
  readonly name: string;
  /** One sentence for who reads the scrape; docs/metrics.md says more. */
  readonly help: string;
  readonly labels: Names;
  /** Those of the labels whose values come from a list in our code: they are kept where the others become `other`. */
  readonly closed?: readonly Names[number][] | undefined;
  /** What several processes tell of a gauge, told as one. Counts are always summed. Default `sum`. */
  readonly merge?: Merge | undefined;
}

export type Merge = 'sum' | 'largest' | 'smallest';

export interface FamilyOptions<Series> {
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** Series beyond this many are told together, with `other` for every label that is not closed. */
  readonly maxSeries: number;
  create(): Series;
}

interface Node<Series> {
  readonly children: Map<string, Node<Series>>;
  series: Series | undefined;
}

/** A metric: its series by their label values, of which there are never more than its limit. */
export class Family<Names extends readonly string[], Series> {
  readonly type: FamilyOptions<Series>['type'];
  readonly name: string;
  readonly help: string;
  readonly labels: Names;
  readonly merge: Merge;
  readonly #closed: readonly boolean[];
  readonly #options: FamilyOptions<Series>;
  // A level for each label: finding a series neither joins strings nor makes an object of labels.
  #root: Node<Series> = emptyNode();
  #size = 0;

  constructor(facts: FamilyFacts<Names>, options: FamilyOptions<Series>) {
    this.type = options.type;
    this.name = facts.name;
    this.help = facts.help;
    this.labels = facts.labels;
    this.merge = facts.merge ?? 'sum';
    this.#closed = facts.labels.map((label) => facts.closed?.includes(label) === true);
    this.#options = options;
  }

  /** The series with these label values; made when it is not there yet. */
  with(...values: LabelValues<Names>): Series {
    let node = this.#root;
    // By index: an iterator for each of the dozen series that a request tells of would be made to be thrown away.
    for (let place = 0; place < values.length; place += 1) {
      const next = node.children.get(values[place] ?? '');
      if (next === undefined) return this.#create(values);
      node = next;
    }
    return node.series ?? this.#create(values);
  }

  /** Every series and its label values, in the order of `labels`. */
  *entries(): Generator<readonly [values: readonly string[], series: Series]> {
    yield* entriesBelow(this.#root, []);
  }

  clear(): void {
    this.#root = emptyNode();
    this.#size = 0;
  }

  #create(values: readonly string[]): Series {
    const isFull = this.#size >= this.#options.maxSeries;
    const kept = isFull ? values.map((value, place) => (this.#closed[place] === true ? value : OTHER)) : values;
    let node = this.#root;
    for (const value of kept) {
      const next = node.children.get(value) ?? emptyNode();
      node.children.set(value, next);
      node = next;
    }
    if (node.series !== undefined) return node.series;
    node.series = this.#options.create();
    this.#size += 1;
    return node.series;
  }
}

function emptyNode<Series>(): Node<Series> {
  return { children: new Map(), series: undefined };
}

function* entriesBelow<Series>(
  { children, series }: Node<Series>,
  values: readonly string[],
): Generator<readonly [values: readonly string[], series: Series]> {
  if (series !== undefined) yield [values, series];
  for (const [value, child] of children) yield* entriesBelow(child, [...values, value]);
}
