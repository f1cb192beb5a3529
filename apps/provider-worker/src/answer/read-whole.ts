import { GatewayError } from '@switchyard/canonical';

/** The bytes of a body, as many as `limitBytes`, and whether that was all of them. Leaves the rest unread. */
export async function readUpTo(
  body: AsyncIterable<Buffer>,
  limitBytes: number,
): Promise<{ bytes: Buffer; whole: boolean }> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > limitBytes) return { bytes: Buffer.concat(chunks, limitBytes), whole: false };
  }
  return { bytes: Buffer.concat(chunks, size), whole: true };
}

/** @throws GatewayError `upstream_malformed` for a body over the limit. */
export async function readWhole(body: AsyncIterable<Buffer>, limitBytes: number): Promise<Buffer> {
  const { bytes, whole } = await readUpTo(body, limitBytes);
  if (!whole) throw new GatewayError('upstream_malformed', `the upstream answered with more than ${limitBytes} bytes`);
  return bytes;
}
