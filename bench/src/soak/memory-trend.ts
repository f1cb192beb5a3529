import { median } from '../report/summarise.js';

/** One look at a process. */
export interface MemorySample {
  readonly atMs: number;
  readonly mb: number;
}

/** Where a process's memory goes to. */
export interface MemoryTrend {
  /** In the middle of what was looked at. */
  readonly levelMb: number;
  /** Over all of what was looked at, along the line. */
  readonly growthMb: number;
  readonly spanMs: number;
}

/** What comes before this share of a run has passed is warming up. */
export const WARM_UP_SHARE = 1 / 6;
const MOST_WINDOWS = 12;
const SAMPLES_PER_WINDOW = 3;
const FEWEST_WINDOWS = 3;

/**
 * Fits a line that single looks and a jump or two cannot bend: through the medians of windows, with the median of the
 * slopes between any two of them (Theil and Sen's estimate). Undefined where there are too few samples.
 */
export function memoryTrend(samples: readonly MemorySample[]): MemoryTrend | undefined {
  const startMs = samples[0]?.atMs ?? 0;
  const endMs = samples.at(-1)?.atMs ?? 0;
  const settled = samples.filter(({ atMs }) => atMs >= startMs + (endMs - startMs) * WARM_UP_SHARE);
  const count = Math.min(MOST_WINDOWS, Math.floor(settled.length / SAMPLES_PER_WINDOW));
  if (count < FEWEST_WINDOWS) return undefined;
  const windows = Array.from({ length: count }, (_, index) => {
    const from = Math.floor((index * settled.length) / count);
    return windowOf(settled.slice(from, Math.floor(((index + 1) * settled.length) / count)));
  });
  const spanMs = endMs - (settled[0]?.atMs ?? endMs);
  const slopes = windows.flatMap((one, index) =>
    windows.slice(index + 1).map((later) => (later.mb - one.mb) / (later.atMs - one.atMs)),
  );
  return { levelMb: median(windows.map(({ mb }) => mb)), growthMb: median(slopes) * spanMs, spanMs };
}

function windowOf(samples: readonly MemorySample[]): MemorySample {
  return { atMs: median(samples.map(({ atMs }) => atMs)), mb: median(samples.map(({ mb }) => mb)) };
}

// Heaps breathe by some megabytes; a leak of a kilobyte in every tenth request is tens of them in an hour.
const TOLERATED_MB = 10;
const TOLERATED_SHARE = 0.05;

/** How much a process of this size may seem to grow without growing. */
export function toleratedGrowthMb({ levelMb }: MemoryTrend): number {
  return Math.max(TOLERATED_MB, levelMb * TOLERATED_SHARE);
}
