import OpenAI from 'openai';

const CLASSES = new Map<number, new (...given: never[]) => InstanceType<typeof OpenAI.APIError>>([
  [400, OpenAI.BadRequestError],
  [401, OpenAI.AuthenticationError],
  [404, OpenAI.NotFoundError],
  [429, OpenAI.RateLimitError],
]);

/** Whether an error is of the class that the openai package has for a status. */
export function isOpenaiError(error: unknown, status: number): boolean {
  return error instanceof (CLASSES.get(status) ?? OpenAI.InternalServerError) && error.status === status;
}
