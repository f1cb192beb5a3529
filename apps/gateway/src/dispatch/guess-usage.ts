import type { Operation, Usage } from '@switchyard/canonical';
import type { Estimate } from '@switchyard/routing';
import type { AttemptEnd } from '@switchyard/wire';

export interface GuessFacts {
  readonly end: AttemptEnd;
  readonly operation: Operation;
  readonly estimate: Estimate;
  /** Bytes of answer that reached the client. */
  readonly bytesWritten: number;
  readonly stream: boolean;
}

// A token in an event of a stream has an envelope of about so many bytes around it; in a whole answer it stands alone.
const BYTES_PER_STREAMED_TOKEN = 200;
const BYTES_PER_TOKEN = 4;
/** What is answered in text; the size of a picture or a sound says nothing of tokens. */
const IN_TEXT: ReadonlySet<Operation> = new Set(['chat', 'completions']);

/**
 * What an attempt used whose content reached the client although nobody said what it used, guessed from its size: such as
 * one that the client left in the middle, or a stream of OpenAI's without `include_usage`, whose bytes are not touched.
 */
export function guessUsage({ end, operation, estimate, bytesWritten, stream }: GuessFacts): Usage | undefined {
  if (end.usage !== undefined || bytesWritten === 0 || !IN_TEXT.has(operation)) return undefined;
  return {
    inputUncached: estimate.inputTokens,
    cacheRead: 0,
    cacheWrite5m: 0,
    cacheWrite1h: 0,
    output: Math.ceil(bytesWritten / (stream ? BYTES_PER_STREAMED_TOKEN : BYTES_PER_TOKEN)),
  };
}
