import type { IncomingMessage } from 'node:http';
import type { Readable, Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';

import { GatewayError } from '@switchyard/canonical';

export interface BodyLimits {
  /** Largest body, both as sent and after decompression. */
  readonly maxBytes: number;
  /** How long a client may take to send it. */
  readonly timeoutMs: number;
}

const DECOMPRESSORS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};

/**
 * Reads a request's body, decompressed, within the limits.
 *
 * @throws GatewayError `request_too_large`, `unsupported_encoding`, `invalid_request` (a body that does not decompress),
 * `request_timeout` or `client_closed`.
 */
export async function readBody(request: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > limits.maxBytes) throw tooLarge(limits);
  const encoding = (request.headers['content-encoding'] ?? 'identity').toLowerCase();
  if (encoding === 'identity' || encoding === '') return collect(request, request, limits);
  const decompressor = DECOMPRESSORS[encoding]?.();
  if (decompressor === undefined) {
    throw new GatewayError(
      'unsupported_encoding',
      `content-encoding "${encoding}" is not understood: send ${Object.keys(DECOMPRESSORS).join(', ')} or none`,
    );
  }
  request.pipe(decompressor);
  try {
    return await collect(request, decompressor, limits);
  } finally {
    request.unpipe(decompressor);
    decompressor.destroy();
  }
}

/** Gathers what `source` yields; it is `request` itself or what decompresses it. */
function collect(request: IncomingMessage, source: Readable, limits: BodyLimits): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let size = 0;
  const onData = (chunk: Buffer): void => {
    size += chunk.length;
    if (size > limits.maxBytes) reject(tooLarge(limits));
    chunks.push(chunk);
  };
  const onEnd = (): void =>
    resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, size));
  const onClose = (): void => {
    if (!request.complete) reject(new GatewayError('client_closed', 'the client went away while sending its request'));
  };
  const onError = (cause: Error): void =>
    reject(
      source === request
        ? new GatewayError('client_closed', 'the client went away while sending its request', { cause })
        : new GatewayError('invalid_request', 'the body does not decompress as its content-encoding says', { cause }),
    );
  const timer = setTimeout(
    () => reject(new GatewayError('request_timeout', `the body did not arrive within ${limits.timeoutMs} ms`)),
    limits.timeoutMs,
  );
  source.on('data', onData).once('end', onEnd).once('error', onError);
  request.once('close', onClose);
  return promise.finally(() => {
    clearTimeout(timer);
    source.off('data', onData).off('end', onEnd).off('error', onError);
    request.off('close', onClose);
    // A decompressor that is torn down may still report an error; nobody is left to hear it.
    source.on('error', () => {});
  });
}

export function tooLarge(limits: BodyLimits): GatewayError {
  return new GatewayError(
    'request_too_large',
    `the body is larger than ${limits.maxBytes} bytes, decompressed: send less`,
  );
}
