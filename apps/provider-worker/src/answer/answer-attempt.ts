import type { AttemptError } from '@switchyard/wire';

import type { Answer } from '../call/call-upstream.js';
import type { AnswerContext } from './answer-context.js';
import { answerError, isHtml, wrongAddress } from './answer-error.js';
import { answerStream } from './answer-stream.js';
import { answerWhole } from './answer-whole.js';

/** Why an attempt failed, if it did. */
export type Outcome = AttemptError | undefined;

/** Hands the upstream's answer to the client, or says why there is none. */
export function answerAttempt(context: AnswerContext, answer: Answer): Outcome | Promise<Outcome> {
  const { status } = answer;
  if (status < 200 || status >= 300) return answerError(context, answer);
  if (isHtml(answer)) {
    void answer.body[Symbol.asyncIterator]().return?.();
    return Promise.reject(wrongAddress(context, answer));
  }
  if (!context.open.stream) return answerWhole(context, answer);
  // Servers that only imitate a dialect may give a stream any type, or none; JSON they name.
  const isJson = answer.headers['content-type']?.includes('json') ?? false;
  return isJson ? answerWhole(context, answer) : answerStream(context, answer);
}
