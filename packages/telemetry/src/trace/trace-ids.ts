import { randomFillSync } from 'node:crypto';

const POOL_BYTES = 4_096;
const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;
const pool = Buffer.alloc(POOL_BYTES);
let used = POOL_BYTES;

/** A new trace's id: 32 hex digits, not all of them 0. (W3C Trace Context, section 3.2.2.3) */
export function newTraceId(): string {
  return newId(TRACE_ID_BYTES);
}

/** A new span's id: 16 hex digits, not all of them 0. */
export function newSpanId(): string {
  return newId(SPAN_ID_BYTES);
}

/** Random bytes come from the system by the page: one call for each id costs more than all else that a span does. */
function newId(bytes: number): string {
  if (used + bytes > POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  const id = pool.toString('hex', used, used + bytes);
  used += bytes;
  return /[^0]/.test(id) ? id : newId(bytes);
}
