import type { Violations } from '../violations.js';

/** One event of an event stream, as it was written. */
export interface Frame {
  /** Its place in the stream, for messages. */
  readonly path: string;
  readonly event: string | undefined;
  readonly data: string;
}

/**
 * Splits the bytes a client received into events, adding a violation for anything a strict reader could stumble over:
 * an unfinished event, an unknown field, data over several lines. Comments are skipped.
 */
export function splitFrames(text: string, violations: Violations): readonly Frame[] {
  const parts = text.split('\n\n');
  const unfinished = parts.pop();
  violations.require(unfinished === '', 'stream', `ends within an event: ${JSON.stringify(unfinished)}`);
  return parts.flatMap((part, index) => {
    const frame = parseFrame(part, { path: `event ${index}`, violations });
    return frame === undefined ? [] : [frame];
  });
}

function parseFrame(
  part: string,
  { path, violations }: { readonly path: string; readonly violations: Violations },
): Frame | undefined {
  const lines = part.split('\n').filter((line) => !line.startsWith(':'));
  if (lines.length === 0) return undefined;
  const events = valuesOf(lines, 'event: ');
  const data = valuesOf(lines, 'data: ');
  violations.require(
    events.length + data.length === lines.length,
    path,
    `has an unknown line in ${JSON.stringify(part)}`,
  );
  violations.require(
    events.length <= 1 && data.length === 1,
    path,
    'must have one data line and at most one event line',
  );
  return { path, event: events[0], data: data[0] ?? '' };
}

function valuesOf(lines: readonly string[], field: string): readonly string[] {
  return lines.filter((line) => line.startsWith(field)).map((line) => line.slice(field.length));
}
