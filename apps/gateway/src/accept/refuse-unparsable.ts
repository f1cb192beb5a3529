import type { Socket } from 'node:net';

import { GatewayError, type GatewayErrorData } from '@switchyard/canonical';
import { dialectById } from '@switchyard/dialects';
import type { ParseFailure } from '@switchyard/nest-kit';

import { answerSocket } from './answer-socket.js';
import { requestIdOf } from './request-id.js';
import { dialectOfPath } from './surfaces.js';

/** Answers what node:http's parser gave up on, and closes the connection. */
export function refuseUnparsable(failure: ParseFailure, socket: Socket): void {
  // ECONNRESET: nobody is there to be told.
  if (failure.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const start = Buffer.isBuffer(failure.rawPacket) ? failure.rawPacket.toString('latin1', 0, 256) : '';
  const path = start.split(' ')[1] ?? '';
  answerSocket(socket, dialectById(dialectOfPath(path)).encodeError(explain(failure.code), requestIdOf(undefined)));
}

function explain(code: string | undefined): GatewayErrorData {
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new GatewayError(
      'headers_too_large',
      'the request headers are larger than 16 KiB: send fewer or shorter ones',
    ).toData();
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new GatewayError('request_timeout', 'the request did not arrive in time').toData();
  }
  return new GatewayError('invalid_request', 'this is not an HTTP/1.1 request').toData();
}
