import type { Violations } from '../violations.js';

export interface ValidateStreamOptions {
  /** How the stream has to end; without it, either way. */
  readonly ending?: 'answer' | 'error';
}

/** Whether a stream ended, and ended as it had to. */
export function checkEnding(
  violations: Violations,
  ended: 'answer' | 'error' | undefined,
  { ending }: ValidateStreamOptions,
): void {
  if (ended === undefined) violations.add('stream', 'ends without its terminal event or an error');
  else if (ending !== undefined)
    violations.require(ended === ending, 'stream', `ends with an ${ended}, not an ${ending}`);
}
