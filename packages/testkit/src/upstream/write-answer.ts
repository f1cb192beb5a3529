import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';

import { assertNever, type DialectId } from '@switchyard/canonical';

import { frameEvent, type Answer, type StreamAnswer, type StreamEnding, type WholeAnswer } from './answer.js';

/** One request that waits for its answer. */
export interface Exchange {
  readonly dialect: DialectId;
  readonly response: ServerResponse;
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal;
  /** Does something to the socket that ends it, so that its end does not count as the client's. */
  breakConnection(act: (socket: Socket) => void): void;
}

/** Does to the waiting request what `answer` says. Returns early when the client goes. */
export async function writeAnswer(exchange: Exchange, answer: Answer): Promise<void> {
  switch (answer.type) {
    case 'whole':
      return writeWhole(exchange, answer);
    case 'stream':
      return writeStream(exchange, answer);
    case 'reset':
      exchange.breakConnection((socket) => socket.resetAndDestroy());
      return undefined;
    case 'close':
      exchange.breakConnection((socket) => socket.end());
      return undefined;
    case 'silence':
      return undefined;
    default:
      return assertNever(answer);
  }
}

async function writeWhole({ response, signal }: Exchange, answer: WholeAnswer): Promise<void> {
  await pause(answer.delayMs ?? 0, signal);
  if (signal.aborted) return;
  const { body } = answer;
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  response.writeHead(answer.status ?? 200, {
    'content-type': 'application/json',
    'content-length': bytes.length,
    ...answer.headers,
  });
  response.end(bytes);
}

async function writeStream(exchange: Exchange, answer: StreamAnswer): Promise<void> {
  const { response, signal } = exchange;
  await pause(answer.delayMs ?? 0, signal);
  if (signal.aborted) return;
  response.writeHead(answer.status ?? 200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    ...answer.headers,
  });
  response.flushHeaders();
  await pause(answer.firstChunkDelayMs ?? 0, signal);

  const ending = answer.ending ?? { type: 'complete' };
  const limit = ending.type === 'complete' ? Number.POSITIVE_INFINITY : ending.atByte;
  let written = 0;
  for await (const piece of pieces(exchange.dialect, answer)) {
    if (signal.aborted) return;
    const allowed = piece.subarray(0, Math.max(0, limit - written));
    if (allowed.length > 0) response.write(allowed);
    written += piece.length;
    if (written >= limit) break;
    await pause(answer.chunkDelayMs ?? 0, signal);
  }
  if (!signal.aborted) await finish(exchange, ending);
}

/** The writes of a stream: its events one by one, or its bytes in the sizes asked for. */
async function* pieces(dialect: DialectId, answer: StreamAnswer): AsyncGenerator<Buffer> {
  if (answer.writeSizes !== undefined) {
    const whole = Buffer.concat(answer.payloads.map((payload) => frameEvent(dialect, payload)));
    yield* split(whole, answer.writeSizes);
    return;
  }
  for (const [index, payload] of answer.payloads.entries()) {
    if (index > 0) await answer.gate?.(index);
    yield frameEvent(dialect, payload);
  }
}

function* split(bytes: Buffer, sizes: readonly number[]): Generator<Buffer> {
  for (let start = 0, turn = 0; start < bytes.length; turn += 1) {
    const size = Math.max(1, sizes[turn % sizes.length] ?? bytes.length);
    yield bytes.subarray(start, start + size);
    start += size;
  }
}

async function finish(exchange: Exchange, ending: StreamEnding): Promise<void> {
  switch (ending.type) {
    case 'complete':
    case 'end-early':
      exchange.response.end();
      return;
    case 'cut':
      // The bytes before the cut are to arrive: destroying at once would drop what is not flushed.
      await nextTurn();
      exchange.breakConnection((socket) => socket.destroy());
      return;
    case 'broken-encoding':
      exchange.breakConnection((socket) => socket.write('no chunk size\r\n'));
      return;
    case 'stall':
      return;
    default:
      assertNever(ending);
  }
}

/** Every write gets a turn of the event loop of its own, so that it reaches the client as a read of its own. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0) {
    await nextTurn();
    return;
  }
  // Rejects when the client goes, which the caller sees by the signal.
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
