import { GatewayError, type GatewayErrorData } from '@switchyard/canonical';
import { renameAnswer } from '@switchyard/dialects';
import type { AttemptError } from '@switchyard/wire';

import type { AnswerContext } from '../answer/answer-context.js';
import { answerError, isHtml, wrongAddress } from '../answer/answer-error.js';
import { answerHeaders } from '../answer/answer-headers.js';
import { streamAnswer } from '../answer/answer-stream.js';
import { errorStatusWithin, parseAnswer } from '../answer/parse-answer.js';
import { readWhole } from '../answer/read-whole.js';
import type { Answer } from '../call/call-upstream.js';
import { RelayEvents } from './relay-events.js';
import { field, relayUsage } from './relay-usage.js';

/** Room for 2,048 embeddings of 3,072 numbers, the most that one OpenAI request can ask for. */
export const JSON_LIMIT_BYTES = 128 * 1024 * 1024;

/** Hands an upstream's answer on as it is: JSON, an event stream, or any other bytes. */
export async function relayAnswer(
  context: AnswerContext,
  answer: Answer,
  ownHeaders: Readonly<Record<string, string>> = {},
): Promise<AttemptError | undefined> {
  const { status, headers } = answer;
  if (status < 200 || status >= 300) return relayError(context, answer);
  if (isHtml(answer)) {
    void answer.body[Symbol.asyncIterator]().return?.();
    throw wrongAddress(context, answer);
  }
  const type = headers['content-type'] ?? '';
  if (type.includes('json')) return relayJson({ context, answer, ownHeaders });
  if (type.startsWith('text/event-stream'))
    return streamAnswer(context, answer, { reader: relayEvents(context, answer) });
  return relayBytes({ context, answer, ownHeaders });
}

/** A server without this endpoint is not broken: it cannot be asked for this. */
export async function relayError(context: AnswerContext, answer: Answer): Promise<AttemptError> {
  const error = await answerError(context, answer);
  const isMissing = error.code === 'upstream_malformed' && (answer.status === 404 || answer.status === 405);
  if (!isMissing) return error;
  const { url } = context.target;
  const message = `${url.host} has no ${url.pathname}: it cannot be asked for ${context.open.operation}`;
  return new GatewayError('operation_not_supported', message, { upstream: { status: answer.status } }).toData();
}

interface Relay {
  readonly context: AnswerContext;
  readonly answer: Answer;
  readonly ownHeaders: Readonly<Record<string, string>>;
}

async function relayJson(relay: Relay): Promise<GatewayErrorData | undefined> {
  const { context, answer } = relay;
  const { open, client, upstream, report, deadlines, reply, now } = context;
  const bytes = await report.waitFor(readWhole(answer.body, JSON_LIMIT_BYTES));
  const value = parseAnswer(bytes);
  const failure = errorStatusWithin(value);
  if (failure !== undefined) {
    return upstream.decodeError({ status: failure, headers: answer.headers, body: bytes.toString('utf8') }, now());
  }
  observe(context, value);
  commit(relay);
  const named = open.answerModel === undefined ? bytes : renameAnswer(client.id, bytes, open.answerModel);
  const behind = reply.data(named);
  if (behind !== undefined) await deadlines.wait(behind);
  return undefined;
}

function relayEvents(context: AnswerContext, { headers }: Answer): RelayEvents {
  return new RelayEvents({
    observe: (value) => observe(context, value),
    decodeError: (status, body) => context.upstream.decodeError({ status, headers, body }, context.now()),
  });
}

/** Sound and the like. Once its first bytes are through, whoever reads them sees a failure only as a cut connection. */
async function relayBytes(relay: Relay): Promise<undefined> {
  const { context, answer } = relay;
  const { report, deadlines, reply } = context;
  const chunks = answer.body[Symbol.asyncIterator]();
  try {
    let next = await report.waitFor(chunks.next());
    if (next.done) throw new GatewayError('upstream_malformed', 'the upstream answered with an empty body');
    commit(relay);
    while (!next.done) {
      const behind = reply.data(next.value);
      if (behind !== undefined) await deadlines.wait(behind);
      next = await chunks.next();
    }
  } catch (thrown) {
    void chunks.return?.();
    throw thrown;
  }
}

function commit({ context, answer, ownHeaders }: Relay): void {
  const { target, deadlines, report, reply } = context;
  const headers = answerHeaders({
    upstream: answer.headers,
    passthrough: target.passthroughHeaders,
    contentType: answer.headers['content-type'] ?? 'application/octet-stream',
    dropped: report.dropped,
  });
  deadlines.contentCame();
  report.contentCame();
  reply.head({ status: answer.status, headers: { ...headers, ...ownHeaders }, waitedMs: report.waitedMs });
}

/** Keeps what an answer, or an event of it, says of its cost and its model. */
export function observe({ report, upstream }: AnswerContext, value: unknown): void {
  const told = upstream.id === 'gemini' ? upstream.decodeUsage(field(value, 'usageMetadata')) : undefined;
  report.usage = told ?? relayUsage(field(value, 'usage')) ?? report.usage;
  const model = field(value, 'model');
  if (typeof model === 'string') report.answeredModel = model;
}
