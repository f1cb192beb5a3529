import { createHash } from 'node:crypto';
import { readFileSync, statSync, watch, type FSWatcher } from 'node:fs';
import { dirname } from 'node:path';

export interface WatchOptions {
  /** Ends the watch. */
  readonly signal: AbortSignal;
  /** The text the caller has already acted on; without it, the file's text when the watch begins. */
  readonly current?: string | undefined;
}

// Long enough for an editor to truncate and write; short enough for a change to be in force within 200 ms.
const SETTLE_MS = 75;
const POLL_MS = 1000;

/**
 * Calls `onText` with a file's text each time its content has changed, about 100 ms after the last write.
 *
 * The folder is watched and not the file, so that a rename onto the file is seen, and the swap of the `..data` link by
 * which Kubernetes updates a mounted ConfigMap. Where the system sends no events (network file systems) a look each
 * second finds the change. A file that is missing or empty is being written, and is no change. Does not keep the process
 * alive.
 */
export function watchConfigFile(path: string, onText: (text: string) => void, options: WatchOptions): void {
  const { signal } = options;
  if (signal.aborted) return;
  let knownDigest = digestOf(options.current ?? readText(path) ?? '');
  let knownStamp = stampOf(path);
  let settling: NodeJS.Timeout | undefined;

  const look = (): void => {
    knownStamp = stampOf(path);
    const text = readText(path);
    if (text === undefined || text.trim() === '') return;
    const digest = digestOf(text);
    if (digest === knownDigest) return;
    knownDigest = digest;
    onText(text);
  };
  const lookSoon = (): void => {
    clearTimeout(settling);
    settling = setTimeout(look, SETTLE_MS).unref();
  };

  const watcher = watchFolder(dirname(path), lookSoon);
  const poll = setInterval(() => {
    if (stampOf(path) !== knownStamp) lookSoon();
  }, POLL_MS).unref();
  signal.addEventListener(
    'abort',
    () => {
      watcher?.close();
      clearInterval(poll);
      clearTimeout(settling);
    },
    { once: true },
  );
  // What was written between the caller's own reading and now.
  if (options.current !== undefined) lookSoon();
}

/** Undefined where the folder cannot be watched; polling remains. */
function watchFolder(folder: string, onEvent: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { persistent: false }, onEvent);
    // The folder is gone, or the system has no watches left.
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Differs whenever the file was replaced or written; links are followed. */
function stampOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? '' : `${found.ino} ${found.size} ${found.mtimeMs}`;
}

// A digest and not the text: the file holds secrets.
function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
