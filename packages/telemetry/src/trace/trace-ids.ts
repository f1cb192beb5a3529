import { randomFillSync } from 'node:crypto';

const POOL_BYTES = 16_384;
// As long as an id is kept, so is the page that it was cut from: small enough for one that belongs to a stream of hours.
const PAGE_BYTES = 1_024;
const TRACE_ID_DIGITS = 32;
const SPAN_ID_DIGITS = 16;
const ZERO = 0x30;
const pool = Buffer.alloc(POOL_BYTES);
let drawn = POOL_BYTES;
/** As hex digits. */
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

/** Digits are written by the page: by themselves those of one id take as long as all else that a span does. */
function newId(digits: number): string {
  if (used + digits > page.length) {
    page = newPage();
    used = 0;
  }
  const start = used;
  used += digits;
  const id = page.slice(start, used);
  return page.charCodeAt(start) !== ZERO || /[^0]/.test(id) ? id : newId(digits);
}

/** Random bytes come from the system by the pool: a call for each page would cost more than writing it. */
function newPage(): string {
  if (drawn === POOL_BYTES) {
    randomFillSync(pool);
    drawn = 0;
  }
  const start = drawn;
  drawn += PAGE_BYTES;
  return pool.toString('hex', start, drawn);
}
