/** What a log line says of an error. */
export interface DescribedError {
  readonly type: string;
  readonly message: string;
  readonly code?: string | undefined;
  /** Where it was thrown, without the message. */
  readonly stack?: string | undefined;
  readonly cause?: DescribedError | undefined;
}

const CAUSE_LIMIT = 4;

/** An error as log fields. Only known properties are taken: libraries hang requests, headers and bodies on theirs. */
export function describeError(thrown: unknown): DescribedError {
  return describe(thrown, 0);
}

function describe(thrown: unknown, depth: number): DescribedError {
  if (!(thrown instanceof Error)) return { type: typeof thrown, message: 'a value that is not an Error was thrown' };
  const hasCause = thrown.cause !== undefined && depth < CAUSE_LIMIT;
  return {
    type: thrown.name,
    message: messageOf(thrown),
    code: 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined,
    stack: framesOf(thrown),
    cause: hasCause ? describe(thrown.cause, depth + 1) : undefined,
  };
}

function messageOf(error: Error): string {
  // V8 quotes the start of the text that JSON.parse refused, which may be a prompt or an answer.
  return error instanceof SyntaxError ? 'a text could not be parsed' : error.message;
}

function framesOf(error: Error): string | undefined {
  return error.stack
    ?.split('\n')
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.trim())
    .join('\n');
}
