import { median } from '../report/summarise.js';
import type { Pair, PairMeasurement } from './measure-pairs.js';

/** One line of the report: medians over the rounds, per event of the upstream. */
export interface PairSummary extends Pair {
  readonly cpuMicros: number;
  /** CPU as a multiple of what passing the same stream through cost in the same round. */
  readonly ratio: number;
  readonly perSecond: number;
  readonly allocatedBytes: number;
}

/** In the order of the measurements' first round. */
export function summarisePairs(measurements: readonly PairMeasurement[]): readonly PairSummary[] {
  const firstRound = measurements.filter(({ round }) => round === 0);
  return firstRound.map(({ client, upstream, eventsPerChunk }) => {
    const pair: Pair = { client, upstream, eventsPerChunk };
    const own = measurements.filter((one) => isOf(one, pair));
    const passThrough = measurements.filter((one) => isOf(one, { ...pair, client: upstream }));
    const ratios = own.flatMap((one) => {
      const floor = passThrough.find(({ round }) => round === one.round);
      return floor === undefined ? [] : [cpuPerEvent(one) / cpuPerEvent(floor)];
    });
    return {
      ...pair,
      cpuMicros: median(own.map(cpuPerEvent)),
      ratio: median(ratios),
      perSecond: median(own.map(({ events, elapsedMs }) => (events * 1_000) / elapsedMs)),
      allocatedBytes: median(own.flatMap((one) => one.allocatedBytes ?? [])),
    };
  });
}

function cpuPerEvent({ cpuMicros, events }: PairMeasurement): number {
  return cpuMicros / events;
}

function isOf(one: Pair, { client, upstream, eventsPerChunk }: Pair): boolean {
  return one.client === client && one.upstream === upstream && one.eventsPerChunk === eventsPerChunk;
}
