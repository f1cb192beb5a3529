import type { AttemptError } from '@switchyard/wire';

/** Shorter than this it is no secret, and hiding it would only garble words. */
const SHORTEST_SECRET = 8;

/** The error without the credential's secret, should an upstream have quoted it. */
export function hideSecret(error: AttemptError, secret: string | undefined): AttemptError {
  if (secret === undefined || secret.length < SHORTEST_SECRET) return error;
  const hide = (text: string): string => text.replaceAll(secret, '[redacted]');
  const { answer } = error;
  return {
    ...error,
    message: hide(error.message),
    answer: answer === undefined ? undefined : { ...answer, body: hide(answer.body) },
  };
}
