import type { Dispatcher } from 'undici';

/** One request and what came of it. */
export interface Sent {
  readonly latencyMs: number;
  /** Undefined for a whole and good answer. */
  readonly error: string | undefined;
}

/** Sends one request and reads its answer to the end. Never rejects. */
export function send(
  dispatcher: Dispatcher,
  { key, body }: { readonly key: string; readonly body: string },
): Promise<Sent> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    let status = 0;
    let streams = false;
    let latencyMs: number | undefined;
    let last: Buffer = Buffer.alloc(0);
    const finish = (error: string | undefined): void =>
      resolve({ latencyMs: latencyMs ?? performance.now() - startedAt, error });
    dispatcher.dispatch(
      {
        method: 'POST',
        path: '/v1/chat/completions',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
        body,
      },
      {
        onRequestStart: () => undefined,
        onResponseStart(_controller, statusCode, headers) {
          status = statusCode;
          streams = String(headers['content-type']).startsWith('text/event-stream');
        },
        onResponseData(_controller, chunk) {
          if (streams) latencyMs ??= performance.now() - startedAt;
          last = chunk;
        },
        onResponseEnd: () => finish(problemOf(status, streams, last)),
        onResponseError: (_controller, error) => finish(error.message),
      },
    );
  });
}

function problemOf(status: number, streams: boolean, last: Buffer): string | undefined {
  if (status !== 200) return `status ${status}: ${last.toString('utf8', 0, 300)}`;
  if (streams && !last.includes('[DONE]')) return `a stream that ended with ${last.toString('utf8', 0, 300)}`;
  return last.length === 0 ? 'an empty answer' : undefined;
}
