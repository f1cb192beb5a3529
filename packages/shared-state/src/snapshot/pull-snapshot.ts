import type { SnapshotPart } from './snapshot-parts.js';

export interface SnapshotPullOptions {
  /** Admin's address, without a path. */
  readonly adminUrl: string;
  readonly part: SnapshotPart;
  readonly wireToken: string;
  /** Default 5000. */
  readonly timeoutMs?: number | undefined;
}

/** Asks admin for a snapshot over HTTP: the data plane's second way. For `followSnapshot`, which checks the answer. */
export function createSnapshotPull(options: SnapshotPullOptions): (signal: AbortSignal) => Promise<unknown> {
  const url = new URL(`/internal/v1/snapshot/${options.part}`, options.adminUrl);
  let etag: string | undefined;
  return async (signal) => {
    const response = await fetch(url, {
      headers: {
        authorization: `Bearer ${options.wireToken}`,
        ...(etag === undefined ? {} : { 'if-none-match': etag }),
      },
      signal: AbortSignal.any([signal, AbortSignal.timeout(options.timeoutMs ?? 5000)]),
    });
    if (response.status === 304) return undefined;
    const text = await response.text();
    if (!response.ok) throw new Error(`admin at ${url.host} answered ${response.status}`);
    etag = response.headers.get('etag') ?? undefined;
    return JSON.parse(text);
  };
}
