import type { UsageRecord, UsageSink } from './usage-sink.js';

/** Keeps the latest records where they can be read. */
export interface MemoryUsageSink extends UsageSink {
  /** Oldest first. */
  records(): readonly UsageRecord[];
}

export interface MemoryUsageSinkOptions {
  /** How many records are kept; older ones are dropped. Default 10,000. */
  readonly capacity?: number | undefined;
}

/** Usage of a process that is alone, such as standalone: the twin of the one over Redis. */
export function createMemoryUsageSink({ capacity = 10_000 }: MemoryUsageSinkOptions = {}): MemoryUsageSink {
  const ring: UsageRecord[] = [];
  let written = 0;
  let isClosed = false;
  return {
    write(record) {
      if (isClosed) return;
      ring[written % capacity] = record;
      written += 1;
    },
    records() {
      const next = written % capacity;
      return written <= capacity ? [...ring] : [...ring.slice(next), ...ring.slice(0, next)];
    },
    pending: 0,
    get dropped() {
      return Math.max(0, written - capacity);
    },
    async close() {
      isClosed = true;
    },
  };
}
