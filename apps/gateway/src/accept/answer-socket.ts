import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

import type { EncodedError } from '@switchyard/dialects';

/** Answers on a connection that node:http has given away, and closes it. */
export function answerSocket(socket: Duplex, { status, headers, body }: EncodedError): void {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const length = Buffer.byteLength(body);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}\r\n${lines.join('')}content-length: ${length}\r\nconnection: close\r\n\r\n${body}`,
  );
}
