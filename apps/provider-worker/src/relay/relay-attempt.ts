import { GatewayError, type Operation } from '@switchyard/canonical';
import { dialectById } from '@switchyard/dialects';
import type { AttemptError } from '@switchyard/wire';

import type { AnswerContext } from '../answer/answer-context.js';
import type { Attempt } from '../attempt.js';
import { callEndpoint } from '../call/call-endpoint.js';
import { droppedFields } from '../encode/dropped-fields.js';
import { ownBody } from '../encode/own-body.js';
import { targetAt } from '../prepare/resolve-target.js';
import { relayAnswer } from './relay-answer.js';
import { relayBody } from './relay-body.js';

/** Performs what is not translated: the client's bytes go to the provider's endpoint, and its bytes come back. */
export async function relayAttempt(attempt: Attempt): Promise<AttemptError | undefined> {
  const { open, target } = attempt;
  const path = target.provider.paths[open.operation];
  if (path === undefined) {
    const message = `${target.provider.slug} cannot be asked for ${open.operation}`;
    throw new GatewayError('operation_not_supported', message, { param: 'model' });
  }
  return relayTo({ ...attempt, target: targetAt(target, path) }, ownRelayBody(attempt));
}

/** The client's bytes, without what we told it of a conversation in the name of other providers. */
export function ownRelayBody({ open, body, report, target }: Attempt): Buffer {
  if (!CONVERSATIONS.includes(open.operation)) return relayBody(open, body);
  const own = ownBody(body, dialectById(open.dialect));
  report.requestLost(droppedFields(own.warnings, open, target.provider));
  return relayBody(open, own.body, body);
}

/** What is asked with a conversation in it; all else never holds what an answer said. */
const CONVERSATIONS: readonly Operation[] = ['count-tokens', 'responses-compact'];

/** Sends a body to the attempt's target and hands the answer on. */
export async function relayTo(
  attempt: Attempt,
  body: Buffer,
  ownHeaders?: Readonly<Record<string, string>>,
): Promise<AttemptError | undefined> {
  const answer = await callEndpoint(attempt, body);
  return relayAnswer(relayContext(attempt, body), answer, ownHeaders);
}

/** For answering, as in a chat whose both sides speak the provider's dialect but for its errors. */
export function relayContext(attempt: Attempt, body: Buffer): AnswerContext {
  const { open, target } = attempt;
  return {
    ...attempt,
    client: dialectById(open.dialect),
    upstream: dialectById(target.provider.dialect),
    encoded: { body, dropped: [], includeUsage: () => false, toolNames: new Map() },
  };
}
