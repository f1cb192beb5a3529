import { pipeline, Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';

import { GatewayError, lookUp } from '@switchyard/canonical';

import type { UpstreamResponse } from './upstream-call.js';

export interface DecompressOptions {
  /** Names the upstream in errors. */
  readonly host: string;
  /** More than this out of one answer is taken for a bomb. */
  readonly limitBytes: number;
}

const DECOMPRESSORS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};

/**
 * The answer as it was before its `content-encoding`: some upstreams and the proxies before them compress although
 * `identity` was asked for.
 */
export function decompressResponse(response: UpstreamResponse, options: DecompressOptions): UpstreamResponse {
  const name = response.headers['content-encoding']?.trim().toLowerCase();
  if (name === undefined || name === 'identity' || name === '') return response;
  const create = lookUp(DECOMPRESSORS, name);
  if (create === undefined) {
    void response.body.return?.();
    throw new GatewayError('upstream_malformed', `${options.host} answered in the unknown content encoding ${name}`);
  }
  const { 'content-encoding': _encoding, 'content-length': _length, ...headers } = response.headers;
  const plain = decompress(response.body, create(), options);
  return { status: response.status, headers, body: leavingBoth(plain, response.body) };
}

/** A generator that was never started does not hear of its end, so its source is told here. */
function leavingBoth(
  plain: AsyncGenerator<Buffer, undefined, undefined>,
  source: AsyncIterableIterator<Buffer>,
): AsyncIterableIterator<Buffer> {
  return {
    next: () => plain.next(),
    return: async () => {
      await source.return?.();
      return plain.return(undefined);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

async function* decompress(
  body: AsyncIterable<Buffer>,
  decompressor: Transform,
  options: DecompressOptions,
): AsyncGenerator<Buffer, undefined, undefined> {
  // The errors reach the loop below through the decompressor.
  pipeline(Readable.from(body), decompressor, () => {});
  let bytes = 0;
  try {
    for await (const chunk of decompressor) {
      if (!Buffer.isBuffer(chunk)) continue;
      bytes += chunk.length;
      if (bytes > options.limitBytes) throw tooLarge(options);
      yield chunk;
    }
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    throw new GatewayError('upstream_malformed', `${options.host} answered with damaged compression`, { cause: error });
  }
}

function tooLarge({ host, limitBytes }: DecompressOptions): GatewayError {
  return new GatewayError(
    'upstream_malformed',
    `${host} answered with more than ${limitBytes} bytes once decompressed`,
  );
}
