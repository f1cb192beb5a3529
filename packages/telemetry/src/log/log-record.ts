import type { DestinationStream, Logger } from 'pino';

/** Where a logger's lines go, and what they begin with. */
interface LogLines {
  readonly destination: DestinationStream;
  /** What every line tells of the process, as JSON without its braces. */
  readonly base: string;
}

/** What a line of this moment begins with: many are written in the same millisecond. */
interface LineBegin {
  readonly atMs: number;
  readonly text: string;
}

/** What a line with this message ends with: nearly all have the same. */
interface LineEnd {
  readonly message: string;
  readonly text: string;
}

interface Destination extends LogLines {
  begin: LineBegin;
  end: LineEnd;
}

const linesOf = new WeakMap<Logger, Destination>();

/** Lets `logRecord` write the lines of a logger. */
export function registerLines(logger: Logger, lines: LogLines): void {
  linesOf.set(logger, { ...lines, begin: { atMs: 0, text: '' }, end: lineEnd('') });
}

/**
 * Writes the line that `logger.info(record, message)` would, at a fraction of its cost. `members` is the record as JSON without
 * its braces, and is not searched for secrets: it is for records of ids, names, counts and times, one of which is written for
 * every request.
 */
export function logRecord(logger: Logger, members: string, message: string): void {
  if (!logger.isLevelEnabled('info')) return;
  const lines = linesOf.get(logger);
  if (lines === undefined) {
    logger.info(JSON.parse(`{${members}}`), message);
    return;
  }
  const begin = beginOf(lines, Date.now());
  if (lines.end.message !== message) lines.end = lineEnd(message);
  lines.destination.write(`${begin}${members === '' ? '' : ','}${members}${lines.end.text}`);
}

function beginOf(lines: Destination, nowMs: number): string {
  if (lines.begin.atMs !== nowMs) {
    const time = new Date(nowMs).toISOString();
    const text = `{"level":"info","time":"${time}",${lines.base}`;
    lines.begin = { atMs: nowMs, text };
  }
  return lines.begin.text;
}

function lineEnd(message: string): LineEnd {
  return { message, text: `,"msg":${JSON.stringify(message)}}\n` };
}
