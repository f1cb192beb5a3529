import type { GatewayErrorData } from '@switchyard/canonical';
import { createSseScanner, dialectById, type SseEvent } from '@switchyard/dialects';
import type { AttemptError, AttemptHead } from '@switchyard/wire';
import type { WebSocket } from 'ws';

import type { ClientAnswer, ClientReply, ReplyOptions } from '../dispatch/client-answer.js';

/** How much may wait in a socket before the upstream is made to wait too. */
const BACKLOG_BYTES = 64 * 1024;
/** The last event of a response repeats all of it. */
const LARGEST_EVENT_BYTES = 64 * 1024 * 1024;

/** A response that came to its end. */
export interface FinishedResponse {
  readonly id: string;
  readonly output: readonly unknown[];
}

/** Answers one turn of a WebSocket: one text frame for each event, and a frame of type `error` for a failure. */
export class SocketAnswer implements ClientAnswer {
  status = 200;
  /** What the turn was answered with, once it was. */
  finished: FinishedResponse | undefined;

  constructor(
    private readonly socket: WebSocket,
    private readonly requestId: string,
  ) {}

  createReply(options?: Pick<ReplyOptions, 'headersFor'>): ClientReply {
    return new SocketReply(this.socket, this, options);
  }

  refuse(error: GatewayErrorData | AttemptError): void {
    this.status = error.status;
    sendError(this.socket, { error, requestId: this.requestId });
  }
}

class SocketReply implements ClientReply {
  committed = false;
  bytesWritten = 0;
  /** The error events of a stream are kept back, since a frame for an error also has its status. */
  readonly tellsErrors = false;
  private readonly scanner = createSseScanner({ maxEventBytes: LARGEST_EVENT_BYTES });

  constructor(
    private readonly socket: WebSocket,
    private readonly answer: SocketAnswer,
    private readonly options: Pick<ReplyOptions, 'headersFor'> | undefined,
  ) {}

  head(head: AttemptHead): void {
    this.committed = true;
    // Frames have no headers; but whoever makes them notes when the answer began, and what of that time was ours.
    this.options?.headersFor(head);
  }

  data(chunk: Buffer): Promise<void> | undefined {
    const { promise, resolve } = Promise.withResolvers<void>();
    const frames = this.framesOf(this.scanner.push(chunk));
    for (const [place, frame] of frames.entries()) this.send(frame, place === frames.length - 1 ? resolve : undefined);
    return frames.length > 0 && this.socket.bufferedAmount > BACKLOG_BYTES ? promise : undefined;
  }

  end(): void {
    for (const frame of this.framesOf(this.scanner.end())) this.send(frame);
  }

  cutShort(error: GatewayErrorData): void {
    this.answer.refuse(error);
  }

  abandon(): void {
    // The socket has gone with its client.
  }

  private framesOf(events: readonly SseEvent[]): readonly string[] {
    const frames = events.filter(({ event }) => event !== 'error').map(({ data }) => data);
    for (const frame of frames) this.answer.finished ??= finishedBy(frame);
    return frames;
  }

  private send(frame: string, sent?: () => void): void {
    this.bytesWritten += Buffer.byteLength(frame);
    // Of a socket that has closed meanwhile the callback is told an error; its close event says the same.
    this.socket.send(frame, () => sent?.());
  }
}

/** The response that an event ends well; an incomplete one can be gone on from too. */
function finishedBy(frame: string): FinishedResponse | undefined {
  // Only terminal events have these words at their beginning, and only they are worth parsing.
  if (!/"response\.(completed|incomplete)"/.test(frame)) return undefined;
  const event: unknown = JSON.parse(frame);
  if (typeof event !== 'object' || event === null || !('response' in event) || !('type' in event)) return undefined;
  const { response, type } = event;
  if (type !== 'response.completed' && type !== 'response.incomplete') return undefined;
  if (typeof response !== 'object' || response === null || !('id' in response) || !('output' in response))
    return undefined;
  const { id, output } = response;
  return typeof id === 'string' && Array.isArray(output) ? { id, output } : undefined;
}

export interface SocketError {
  readonly error: GatewayErrorData | AttemptError;
  readonly requestId: string;
}

/** Tells a failure as HTTP would: its status, its headers, and its body's `error`. */
export function sendError(socket: WebSocket, { error, requestId }: SocketError): void {
  const readyMade = 'answer' in error ? error.answer : undefined;
  const { status, headers, body } = readyMade ?? dialectById('openai-responses').encodeError(error, requestId);
  const frame = { type: 'error', status, headers: { ...headers, 'x-request-id': requestId }, ...parseError(body) };
  socket.send(JSON.stringify(frame), () => {});
}

function parseError(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null && 'error' in value) return { error: value.error };
  } catch {
    // An upstream's answer that is no JSON is told as it is.
  }
  return { error: { message: body } };
}
