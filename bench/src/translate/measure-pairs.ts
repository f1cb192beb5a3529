import { setImmediate } from 'node:timers/promises';

import { DIALECT_IDS, type DialectId } from '@switchyard/canonical';
import { dialectById, StreamTranslator } from '@switchyard/dialects';

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

/** A pair and the bytes to feed it with. */
interface Subject {
  readonly pair: Pair;
  readonly chunks: readonly Buffer[];
  readonly events: number;
}

/**
 * Measures every client dialect against every upstream dialect, round by round: what else the machine does in the meantime
 * then falls on all pairs alike, and each round goes through them in the other direction.
 */
export async function measurePairs(options: MeasurePairsOptions): Promise<readonly PairMeasurement[]> {
  const subjects = EVENTS_PER_CHUNK.flatMap((eventsPerChunk) =>
    DIALECT_IDS.flatMap((upstream) => subjectsOf(upstream, eventsPerChunk)),
  );
  options.report(`warming up ${subjects.length} pairs`);
  for (const subject of [...subjects, ...subjects]) run(subject, options.runMs);
  const measurements: PairMeasurement[] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    options.report(`round ${round + 1} of ${options.rounds}`);
    for (const subject of round % 2 === 0 ? subjects : subjects.toReversed()) {
      // Lets a signal in.
      await setImmediate();
      options.signal.throwIfAborted();
      measurements.push({ ...subject.pair, round, ...measure(subject, options.runMs) });
    }
  }
  return measurements;
}

function subjectsOf(upstream: DialectId, eventsPerChunk: number): readonly Subject[] {
  const events = streamEvents(upstream);
  const chunks = chunked(events, eventsPerChunk);
  return DIALECT_IDS.map((client) => ({ pair: { client, upstream, eventsPerChunk }, chunks, events: events.length }));
}

function measure(subject: Subject, runMs: number): Omit<PairMeasurement, keyof Pair | 'round'> {
  const allocated = allocatedBytes(() => translate(subject));
  const figures = run(subject, runMs);
  return { ...figures, allocatedBytes: allocated === undefined ? undefined : allocated / subject.events };
}

/** Translates one stream after another for so long. */
function run(subject: Subject, runMs: number) {
  const startedAtMs = performance.now();
  const cpuBefore = process.cpuUsage();
  let streams = 0;
  while (performance.now() - startedAtMs < runMs) {
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
    observe: () => {
      observed += 1;
    },
  });
  for (const chunk of chunks) {
    const { error, ended } = translator.push(chunk);
    if (error !== undefined) throw new Error(`${pair.upstream} to ${pair.client}: ${error.message}`);
    if (ended) return;
  }
  throw new Error(`${pair.upstream} to ${pair.client}: the stream did not end after ${observed} events`);
}
