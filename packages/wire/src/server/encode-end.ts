import { GatewayError } from '@switchyard/canonical';

import { type AttemptEnd, failedEnd } from '../attempt.js';
import { MAX_JSON_BYTES } from '../frame/frame-type.js';
import { encodePayload } from '../schema.js';

/**
 * An attempt's end as a payload that fits a frame. A longer one loses first what only repeats the upstream's bytes (the
 * error's ready-made answer, the raw usage) and then its word for everything else.
 */
export function encodeEnd(end: AttemptEnd): Buffer {
  const whole = encodePayload(end);
  if (whole.length <= MAX_JSON_BYTES) return whole;
  const withoutBytes = encodePayload({
    ...end,
    error: end.error && { ...end.error, answer: undefined },
    usage: end.usage && { ...end.usage, raw: undefined },
  });
  if (withoutBytes.length <= MAX_JSON_BYTES) return withoutBytes;
  const tooLong = new GatewayError('internal', `the worker's report of ${whole.length} bytes does not fit the wire`);
  return encodePayload({ ...failedEnd(tooLong.toData()), timings: end.timings });
}
