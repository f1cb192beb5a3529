import type { SseEvent } from './scan-sse.js';

/** One event as `text/event-stream` text, with its final blank line. */
export function encodeSse(event: SseEvent): string {
  const name = event.event === undefined ? '' : `event: ${event.event}\n`;
  const data = /[\r\n]/.test(event.data) ? event.data.split(/\r\n|\r|\n/).join('\ndata: ') : event.data;
  return `${name}data: ${data}\n\n`;
}
