import { alignColumns } from '../report/align-columns.js';
import type { PairSummary } from './summarise-pairs.js';

const HEADINGS = ['', 'CPU µs', 'of pass-through', 'events/s', 'bytes', ''];

/** The report as text: one table for each way to cut the streams into chunks. */
export function formatPairs(rows: readonly PairSummary[]): string {
  const sizes = [...new Set(rows.map(({ eventsPerChunk }) => eventsPerChunk))];
  return sizes
    .map((size) => {
      const own = rows.filter(({ eventsPerChunk }) => eventsPerChunk === size);
      const title = `${size === 1 ? '1 event' : `${size} events`} in a chunk (client ← upstream; per event)`;
      return `${title}\n${alignColumns([HEADINGS, ...own.map(cellsOf)])}`;
    })
    .join('\n\n');
}

function cellsOf({ client, upstream, cpuMicros, ratio, perSecond, allocatedBytes }: PairSummary): readonly string[] {
  return [
    `${client} ← ${upstream}`,
    cpuMicros.toFixed(2),
    `${ratio.toFixed(2)}x`,
    perSecond.toFixed(0),
    allocatedBytes.toFixed(0),
    client === upstream ? 'pass-through' : '',
  ];
}
