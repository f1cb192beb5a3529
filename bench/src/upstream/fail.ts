import type { ServerResponse } from 'node:http';

import type { CannedStream } from './canned-answers.js';
import type { Fault } from './faults.js';

/** What would have been answered. */
export interface Intended {
  readonly streams: boolean;
  readonly json: Buffer;
  readonly canned: CannedStream;
}

const CHUNKS_BEFORE = 10;

/** Answers as a provider does that fails. */
export function fail(response: ServerResponse, fault: Fault, intended: Intended): void {
  switch (fault) {
    case '429':
      refuse(response, 429, { message: 'too many requests', type: 'rate_limit_error' });
      return;
    case '500':
      refuse(response, 500, { message: 'something broke', type: 'server_error' });
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'cut':
      begin(response, intended);
      // What was written is on its way before the connection ends.
      response.socket?.end();
      return;
    case 'stall':
      if (intended.streams) begin(response, intended);
  }
}

function refuse(response: ServerResponse, status: number, error: Readonly<Record<string, string>>): void {
  const headers = { 'content-type': 'application/json', 'retry-after': '1' };
  response.writeHead(status, headers).end(JSON.stringify({ error }));
}

/** The first part of an answer. */
function begin(response: ServerResponse, { streams, json, canned }: Intended): void {
  if (streams) {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(canned.start);
    for (let index = 0; index < CHUNKS_BEFORE; index += 1) response.write(canned.chunk(index));
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': json.length });
  response.write(json.subarray(0, json.length / 2));
}
