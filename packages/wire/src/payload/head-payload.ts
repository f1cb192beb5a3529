import type { AttemptHead } from '../attempt.js';
import { Misunderstood, PayloadReader } from './payload-reader.js';
import { PayloadWriter } from './payload-writer.js';

const writer = new PayloadWriter();

/** The payload of `head`. A short one is good until the next is encoded: a frame takes it by copy. */
export function encodeHead(head: AttemptHead): Buffer {
  return writer.begin().natural(head.status).number(head.waitedMs).headers(head.headers).finish();
}

/** Throws a WireProtocolError where the bytes are no payload. */
export function decodeHead(payload: Buffer): AttemptHead | Misunderstood {
  const reader = new PayloadReader(payload);
  const status = reader.natural();
  const waitedMs = reader.optionalNumber('waitedMs');
  const headers = reader.headers();
  if (status < 100 || status > 999) return new Misunderstood('status');
  if (reader.problem !== undefined) return new Misunderstood(reader.problem);
  return { status, headers, waitedMs };
}
