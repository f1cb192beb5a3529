import type { Dispatcher } from 'undici';

import type { StreamShape } from '../workload.js';
import { MarkReader, type ChunkTimes } from './mark.js';

/** A request, ready to be sent. */
export interface Prepared {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  readonly stream?: StreamShape | undefined;
}

/** One request and what came of it. */
export interface Sent {
  readonly answerMs: number;
  readonly firstTokenMs?: number | undefined;
  readonly chunks?: ChunkTimes | undefined;
  /** Undefined for a whole and good answer. */
  readonly error?: string | undefined;
}

/** The last bytes of a good stream, in the dialects that are asked. */
const PROOFS = ['[DONE]', 'message_stop'];

/** Sends one request and reads its answer to the end. Never rejects. */
export function send(dispatcher: Dispatcher, { path, headers, body, stream }: Prepared): Promise<Sent> {
  const startedAt = performance.now();
  const sinceStart = (): number => performance.now() - startedAt;
  return new Promise((resolve) => {
    const marks = new MarkReader();
    let status = 0;
    let firstTokenMs: number | undefined;
    let last: Buffer = Buffer.alloc(0);
    const finish = (error: string | undefined): void => {
      const chunks = stream === undefined ? undefined : marks.end(stream.chunks);
      resolve({ answerMs: sinceStart(), firstTokenMs, chunks, error });
    };
    dispatcher.dispatch(
      { method: 'POST', path, headers, body },
      {
        onRequestStart: () => undefined,
        onResponseStart(_controller, statusCode) {
          status = statusCode;
        },
        onResponseData(_controller, chunk) {
          last = chunk;
          if (stream !== undefined && marks.read(chunk)) firstTokenMs ??= sinceStart();
        },
        onResponseEnd: () => finish(problemOf(status, { last, streams: stream !== undefined })),
        onResponseError: (_controller, error) => finish(error.message),
      },
    );
  });
}

function problemOf(
  status: number,
  { last, streams }: { readonly last: Buffer; readonly streams: boolean },
): string | undefined {
  const end = last.toString('utf8').slice(-300);
  if (status !== 200) return `status ${status}: ${end}`;
  if (streams && !PROOFS.some((proof) => end.includes(proof))) return `a stream that ended with ${end}`;
  return last.length === 0 ? 'an empty answer' : undefined;
}
