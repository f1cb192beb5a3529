import { randomFillSync } from 'node:crypto';

// As long as an id is kept, so is the page that it was cut from: small enough for one that belongs to a stream of hours.
const PAGE_BYTES = 1_024;
const TRACE_ID_DIGITS = 32;
const SPAN_ID_DIGITS = 16;
const ZERO = 0x30;
const bytes = Buffer.alloc(PAGE_BYTES);
let page = '';
let used = 0;

/** A new trace's id: 32 hex digits, not all of them 0. (W3C Trace Context, section 3.2.2.3) */
export function newTraceId(): string {
  return newId(TRACE_ID_DIGITS);
}

/** A new span's id: 16 hex digits, not all of them 0. */
export function newSpanId(): string {
  return newId(SPAN_ID_DIGITS);
}

/**
 * Random bytes come from the system by the page, and are written as digits by the page: a call to the system for each id costs
 * more than all else that a span does, and writing each by itself half as much.
 */
function newId(digits: number): string {
  if (used + digits > page.length) {
    page = randomFillSync(bytes).toString('hex');
    used = 0;
  }
  const start = used;
  used += digits;
  const id = page.slice(start, used);
  return page.charCodeAt(start) !== ZERO || /[^0]/.test(id) ? id : newId(digits);
}
