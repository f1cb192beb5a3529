import { randomFillSync } from 'node:crypto';

// Long and wide enough for UUIDs, ULIDs and trace ids; nothing that could break a log line or a header.
const ACCEPTABLE = /^[A-Za-z0-9._:-]{8,128}$/;

/** The client's own request id where it is usable, else a new one. */
export function requestIdOf(header: string | string[] | undefined): string {
  return typeof header === 'string' && ACCEPTABLE.test(header) ? header : newUuid();
}

const UUID_BYTES = 16;
const DIGITS = Buffer.from('0123456789abcdef');
/** Where in the text each byte's two digits stand, between the dashes. (RFC 9562, section 4) */
const PLACES = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
const text = Buffer.alloc(36, '-');
const pool = Buffer.alloc(UUID_BYTES * 256);
let used = pool.length;

/** A random UUID. `randomUUID` puts one together of two dozen texts, which all that read it later pay for. */
function newUuid(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  // Version 4, and the variant. (RFC 9562, section 5.4)
  pool[used + 6] = ((pool[used + 6] ?? 0) & 0x0f) | 0x40;
  pool[used + 8] = ((pool[used + 8] ?? 0) & 0x3f) | 0x80;
  for (const place of PLACES) {
    const byte = pool[used] ?? 0;
    text[place] = DIGITS[byte >> 4] ?? 0;
    text[place + 1] = DIGITS[byte & 0x0f] ?? 0;
    used += 1;
  }
  return text.toString('latin1');
}
