import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib';

import { GatewayError } from '@switchyard/canonical';
import { BodyError, type FrontRequest } from '@switchyard/http-front';

export interface BodyLimits {
  /** Largest body, both as sent and after decompression. */
  readonly maxBytes: number;
  /** How long a client may take to send it. */
  readonly timeoutMs: number;
}

type Decompress = (body: Buffer, options: { readonly maxOutputLength: number }) => Promise<Buffer>;

const DECOMPRESSORS: ReadonlyMap<string, Decompress> = new Map<string, Decompress>([
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
  ['zstd', promisify(zstdDecompress)],
]);

/**
 * Reads the body of a request that node:http serves, decompressed, within the limits.
 *
 * @throws GatewayError `request_too_large`, `unsupported_encoding`, `invalid_request` (a body that does not decompress),
 * `request_timeout` or `client_closed`.
 */
export async function readBody(request: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  const decompress = decompressorFor(request.headers, limits);
  const body = await collect(request, limits);
  return decompress === undefined ? body : decompressed(body, decompress, limits);
}

/**
 * Reads the body of a request that the front serves; at once where it is there and not compressed.
 *
 * @throws GatewayError as `readBody` does.
 */
export function readFrontBody(request: FrontRequest, limits: BodyLimits): Buffer | Promise<Buffer> {
  const decompress = decompressorFor(request.headers, limits);
  const body = request.readBody();
  if (Buffer.isBuffer(body)) return decompress === undefined ? body : decompressed(body, decompress, limits);
  return awaited(body, limits).then((whole) =>
    decompress === undefined ? whole : decompressed(whole, decompress, limits),
  );
}

type BodyHeaders = Pick<IncomingMessage['headers'], 'content-length' | 'content-encoding'>;

/** What undoes a body's encoding; undefined where it has none. */
function decompressorFor(headers: BodyHeaders, limits: BodyLimits): Decompress | undefined {
  if (Number(headers['content-length'] ?? 0) > limits.maxBytes) throw tooLarge(limits);
  const encoding = headers['content-encoding']?.toLowerCase() ?? '';
  if (encoding === '' || encoding === 'identity') return undefined;
  const decompressor = DECOMPRESSORS.get(encoding);
  if (decompressor !== undefined) return decompressor;
  throw new GatewayError(
    'unsupported_encoding',
    `content-encoding "${encoding}" is not understood: send ${[...DECOMPRESSORS.keys()].join(', ')} or none`,
  );
}

async function decompressed(body: Buffer, decompress: Decompress, limits: BodyLimits): Promise<Buffer> {
  try {
    return await decompress(body, { maxOutputLength: limits.maxBytes });
  } catch (cause) {
    if (isTooLarge(cause)) throw tooLarge(limits);
    throw new GatewayError('invalid_request', 'the body does not decompress as its content-encoding says', { cause });
  }
}

function isTooLarge(cause: unknown): boolean {
  return typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE';
}

async function awaited(body: Promise<Buffer>, limits: BodyLimits): Promise<Buffer> {
  try {
    return await body;
  } catch (cause) {
    if (!(cause instanceof BodyError)) throw cause;
    throw cause.reason === 'late' ? tooLate(limits) : gone(cause);
  }
}

/** Gathers what comes. */
function collect(request: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
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
    if (!request.complete) reject(gone());
  };
  const onError = (cause: Error): void => reject(gone(cause));
  const timer = setTimeout(() => reject(tooLate(limits)), limits.timeoutMs);
  request.on('data', onData).once('end', onEnd).once('error', onError).once('close', onClose);
  return promise.finally(() => {
    clearTimeout(timer);
    request.off('data', onData).off('end', onEnd).off('error', onError).off('close', onClose);
  });
}

function gone(cause?: Error): GatewayError {
  return new GatewayError('client_closed', 'the client went away while sending its request', { cause });
}

function tooLate(limits: BodyLimits): GatewayError {
  return new GatewayError('request_timeout', `the body did not arrive within ${limits.timeoutMs} ms`);
}

export function tooLarge(limits: BodyLimits): GatewayError {
  return new GatewayError(
    'request_too_large',
    `the body is larger than ${limits.maxBytes} bytes, decompressed: send less`,
  );
}
