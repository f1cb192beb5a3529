import { GatewayError } from '@switchyard/canonical';

const NOTHING: Buffer = Buffer.alloc(0);

/** The bytes of a body, as many as `limitBytes`, and whether that was all of them. Leaves the rest unread. */
export async function readUpTo(
  body: AsyncIterable<Buffer>,
  limitBytes: number,
): Promise<{ bytes: Buffer; whole: boolean }> {
  const pieces = body[Symbol.asyncIterator]();
  // Most answers come in one piece, which is not copied then.
  let chunks: Buffer[] | undefined;
  let first = NOTHING;
  let size = 0;
  for (let next = await pieces.next(); !next.done; next = await pieces.next()) {
    if (size === 0) first = next.value;
    else (chunks ??= [first]).push(next.value);
    size += next.value.length;
    if (size > limitBytes) {
      await pieces.return?.();
      return { bytes: Buffer.concat(chunks ?? [first], limitBytes), whole: false };
    }
  }
  return { bytes: chunks === undefined ? first : Buffer.concat(chunks, size), whole: true };
}

/** @throws GatewayError `upstream_malformed` for a body over the limit. */
export async function readWhole(body: AsyncIterable<Buffer>, limitBytes: number): Promise<Buffer> {
  const { bytes, whole } = await readUpTo(body, limitBytes);
  if (!whole) throw new GatewayError('upstream_malformed', `the upstream answered with more than ${limitBytes} bytes`);
  return bytes;
}
