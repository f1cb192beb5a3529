import { setImmediate } from 'node:timers/promises';

import { DIALECT_IDS, type DialectId } from '@switchyard/canonical';
import { dialectById, StreamTranslator, type StreamStep } from '@switchyard/dialects';

import { allocatedBytes } from './allocated-bytes.js';
import { chunked, streamEvents } from './stream-events.js';

/** A stream of one upstream, translated for one client, in one way to cut it into chunks. */
export interface Pair {
  readonly client: DialectId;
  readonly upstream: DialectId;
  readonly eventsPerChunk: number;
}

/** One run of a pair. */
export interface PairMeasurement extends Pair {
  readonly round: number;
  readonly events: number;
  readonly elapsedMs: number;
  readonly cpuMicros: number;
  /** Of one event; undefined where it could not be told. */
  readonly allocatedBytes: number | undefined;
}

export interface MeasurePairsOptions {
  readonly rounds: number;
  readonly runMs: number;
  readonly signal: AbortSignal;
  readonly report: (line: string) => void;
}

const EVENTS_PER_CHUNK = [1, 4];

/** A run is made of slices this long. */
const SLICE_MS = 20;

/** A pair and the bytes to feed it with. */
interface Subject {
  readonly pair: Pair;
  readonly chunks: readonly Buffer[];
  readonly events: number;
}

/**
 * Measures every client dialect against every upstream dialect, round by round. The pairs that share a stream take turns
 * in short slices, forwards and backwards: what else the machine does in the meantime then falls on all of them alike.
 */
export async function measurePairs(options: MeasurePairsOptions): Promise<readonly PairMeasurement[]> {
  const groups = EVENTS_PER_CHUNK.flatMap((eventsPerChunk) =>
    DIALECT_IDS.map((upstream) => subjectsOf(upstream, eventsPerChunk)),
  );
  options.report(`warming up ${groups.flat().length} pairs`);
  for (const group of [...groups, ...groups]) takeTurns(group, options.runMs);
  const runs: { readonly subject: Subject; readonly round: number; readonly figures: Figures }[] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    options.report(`round ${round + 1} of ${options.rounds}`);
    for (const group of groups) {
      await letSignalIn(options.signal);
      const figures = takeTurns(group, options.runMs);
      runs.push(...[...figures].map(([subject, own]) => ({ subject, round, figures: own })));
    }
  }
  // Afterwards, since to run the collector makes V8 forget code that it has compiled.
  options.report('counting what is allocated');
  const measurements: PairMeasurement[] = [];
  for (const { subject, round, figures } of runs) {
    await letSignalIn(options.signal);
    measurements.push({ ...subject.pair, round, ...figures, allocatedBytes: allocatedPerEvent(subject) });
  }
  return measurements;
}

async function letSignalIn(signal: AbortSignal): Promise<void> {
  await setImmediate();
  signal.throwIfAborted();
}

function allocatedPerEvent(subject: Subject): number | undefined {
  const bytes = allocatedBytes(() => translate(subject));
  return bytes === undefined ? undefined : bytes / subject.events;
}

function subjectsOf(upstream: DialectId, eventsPerChunk: number): readonly Subject[] {
  const events = streamEvents(upstream);
  const chunks = chunked(events, eventsPerChunk);
  return DIALECT_IDS.map((client) => ({ pair: { client, upstream, eventsPerChunk }, chunks, events: events.length }));
}

type Figures = Pick<PairMeasurement, 'events' | 'elapsedMs' | 'cpuMicros'>;

const NO_TOOL_NAMES = new Map<string, string>();

const NO_FIGURES: Figures = { events: 0, elapsedMs: 0, cpuMicros: 0 };

/** Runs each subject for so long, in turns, and returns the figures of each. */
function takeTurns(subjects: readonly Subject[], runMs: number): ReadonlyMap<Subject, Figures> {
  const totals = new Map(subjects.map((subject) => [subject, NO_FIGURES]));
  for (let slice = 0; slice * SLICE_MS < runMs; slice += 1) {
    for (const subject of slice % 2 === 0 ? subjects : subjects.toReversed()) {
      totals.set(subject, sum(totals.get(subject) ?? NO_FIGURES, runSlice(subject)));
    }
  }
  return totals;
}

function sum(one: Figures, other: Figures): Figures {
  return {
    events: one.events + other.events,
    elapsedMs: one.elapsedMs + other.elapsedMs,
    cpuMicros: one.cpuMicros + other.cpuMicros,
  };
}

/** Translates one stream after another for a slice of time. */
function runSlice(subject: Subject): Figures {
  const startedAtMs = performance.now();
  const cpuBefore = process.cpuUsage();
  let streams = 0;
  while (performance.now() - startedAtMs < SLICE_MS) {
    translate(subject);
    streams += 1;
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  return {
    events: streams * subject.events,
    elapsedMs: performance.now() - startedAtMs,
    cpuMicros: user + system,
  };
}

/** What the provider worker does with a stream, but for the sockets on both sides. */
function translate({ pair, chunks }: Subject): void {
  let observed = 0;
  const options = { model: 'bench-model', includeUsage: true, nowSeconds: 1_700_000_000 };
  const isSame = pair.client === pair.upstream;
  const translator = new StreamTranslator({
    upstream: dialectById(pair.upstream),
    encoder: isSame ? undefined : dialectById(pair.client).createStreamEncoder(options),
    toolNames: NO_TOOL_NAMES,
    observe: () => {
      observed += 1;
    },
  });
  for (const chunk of chunks) {
    if (isOver(pair, translator.push(chunk))) return;
  }
  // Some dialects end with their connection.
  if (isOver(pair, translator.end())) return;
  throw new Error(`${pair.upstream} to ${pair.client}: the stream did not end after ${observed} events`);
}

function isOver({ client, upstream }: Pair, { error, ended }: StreamStep): boolean {
  if (error !== undefined) throw new Error(`${upstream} to ${client}: ${error.message}`);
  return ended;
}
