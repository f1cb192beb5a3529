import { GatewayError } from '@switchyard/canonical';
import { dialectById } from '@switchyard/dialects';
import type { AttemptError, Resume } from '@switchyard/wire';

import { answerAttempt } from './answer/answer-attempt.js';
import type { Attempt } from './attempt.js';
import { callEndpoint } from './call/call-endpoint.js';
import { countTokens } from './count-tokens/count-tokens.js';
import { embed } from './embeddings/embed.js';
import { encodeBody } from './encode/encode-body.js';
import { chatEndpoint } from './prepare/chat-endpoint.js';
import { targetAt } from './prepare/resolve-target.js';
import { thinkingOf } from './prepare/thinking-of.js';
import { relayAttempt } from './relay/relay-attempt.js';
import { isStreamSoFar, type StreamSoFar } from './rescue/stream-so-far.js';

/** Performs one attempt, by what it asks for. Returns why it failed, or throws it. */
export function performAttempt(attempt: Attempt): Promise<AttemptError | undefined> {
  switch (attempt.open.operation) {
    case 'chat':
    case 'completions':
      return performChat(attempt);
    case 'count-tokens':
      return countTokens(attempt);
    case 'embeddings':
      return embed(attempt);
    default:
      return relayAttempt(attempt);
  }
}

/** Encode → call → answer. What cannot be encoded is thrown at once. */
function performChat(attempt: Attempt): Promise<AttemptError | undefined> {
  const { open, body, reply, report, span, deadlines, now } = attempt;
  const { provider } = attempt.target;
  const endpoint = chatEndpoint({ open, body, provider });
  const client = dialectById(open.dialect);
  const upstream = dialectById(endpoint.dialect);
  const resumed = open.resume && streamToResume(open.resume);
  const encoded = encodeBody({ open, body, client, upstream, provider, thinking: thinkingOf(attempt), resumed });
  report.requestLost(encoded.dropped);
  const target = endpoint.path === provider.paths.chat ? attempt.target : targetAt(attempt.target, endpoint.path);
  const call = { open, target, span, report, upstream: attempt.upstream, deadlines, now };
  const context = { open, client, upstream, target, encoded, resumed, reply, deadlines, report, now };
  return callEndpoint(call, encoded.body).then((answer) => answerAttempt(context, answer));
}

/** @throws GatewayError `internal` for what a gateway must not ask. */
function streamToResume({ state }: Resume): StreamSoFar {
  if (!state.hasToolCalls && isStreamSoFar(state.state)) return state.state;
  throw new GatewayError(
    'internal',
    'a stream with tool calls, or of another version of the worker, cannot be gone on with',
  );
}
