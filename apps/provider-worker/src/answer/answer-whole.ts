import {
  GatewayError,
  isContentEvent,
  isMeant,
  unfoldResponse,
  type CanonicalResponse,
  type GatewayErrorData,
  type StreamEvent,
} from '@switchyard/canonical';
import { inUpstreamWords, renameAnswer, restoreResponseToolNames } from '@switchyard/dialects';

import type { Answer } from '../call/call-upstream.js';
import { createEncodedPassage } from '../rescue/passage.js';
import type { Outcome } from './answer-attempt.js';
import { answerHeaders } from './answer-headers.js';
import { answerOptions, type AnswerContext } from './answer-context.js';
import { errorStatusWithin, parseAnswer } from './parse-answer.js';
import { readWhole } from './read-whole.js';
import { StreamOutlet } from './stream-outlet.js';

const ANSWER_LIMIT_BYTES = 64 * 1024 * 1024;

/** Hands a JSON answer to the client: as JSON, or as events where the client asked for a stream and did not get one. */
export function answerWhole(context: AnswerContext, answer: Answer): Outcome | Promise<Outcome> {
  const arrived = answer.body.takeWhole?.(ANSWER_LIMIT_BYTES);
  if (arrived !== undefined) return answerBytes(context, answer, arrived);
  const coming = context.report.waitFor(readWhole(answer.body, ANSWER_LIMIT_BYTES));
  return coming.then((bytes) => answerBytes(context, answer, bytes));
}

function answerBytes(context: AnswerContext, answer: Answer, bytes: Buffer): Outcome | Promise<Outcome> {
  const { upstream, open, report, now } = context;
  const value = parseAnswer(bytes);
  const failure = errorStatusWithin(value);
  if (failure !== undefined) {
    return upstream.decodeError({ status: failure, headers: answer.headers, body: bytes.toString('utf8') }, now());
  }
  const facts = isHandedOn(context) ? upstream.readFacts?.(value) : undefined;
  if (facts !== undefined) {
    report.usage = facts.usage;
    report.finish = facts.finish;
    report.answeredModel = facts.model;
    if (!facts.hasContent && !isMeant(facts.usage)) return emptyAnswer();
    return handOn(context, answer, bytes);
  }
  const response = restoreResponseToolNames(upstream.decodeResponse(value), context.encoded.toolNames);
  report.usage = response.usage;
  report.finish = response.choices[0]?.finish;
  report.answeredModel = response.model;
  const events = unfoldResponse(response);
  if (!events.some(isContentEvent) && !isMeant(response.usage)) return emptyAnswer();
  if (open.stream) return writeEvents(context, events, answer);
  return isOwn(context)
    ? handOn(context, answer, bytes)
    : writeJson(context, { answer, body: translated(context, response), contentType: 'application/json' });
}

/** Whether the client gets the upstream's own bytes. */
function isOwn({ client, upstream, encoded }: AnswerContext): boolean {
  return client.id === upstream.id && encoded.toolNames.size === 0;
}

function isHandedOn(context: AnswerContext): boolean {
  return !context.open.stream && isOwn(context);
}

async function writeEvents(
  context: AnswerContext,
  events: readonly StreamEvent[],
  answer: Answer,
): Promise<GatewayErrorData | undefined> {
  const { encoder } = createEncodedPassage(context);
  context.report.answerLoses(() => inUpstreamWords(context.upstream.id, encoder.warnings));
  const text = events.map((event) => encoder.next(event)).join('');
  const outlet = new StreamOutlet(context, { ...answer.headers, 'content-type': '' });
  await outlet.write([Buffer.from(text)], true);
  await outlet.end();
  return undefined;
}

function emptyAnswer(): GatewayErrorData {
  return new GatewayError('upstream_malformed', 'the upstream answered with nothing in it').toData();
}

function translated(context: AnswerContext, response: CanonicalResponse): Buffer {
  const { value, warnings } = context.client.encodeResponse(response, answerOptions(context));
  context.report.answerLoses(() => inUpstreamWords(context.upstream.id, warnings));
  return Buffer.from(JSON.stringify(value));
}

/** The upstream's own bytes, but for the model's name where the client is to see another. */
function handOn(context: AnswerContext, answer: Answer, bytes: Buffer): Promise<undefined> | undefined {
  const { open, client } = context;
  const body = open.answerModel === undefined ? bytes : renameAnswer(client.id, bytes, open.answerModel);
  return writeJson(context, { answer, body, contentType: answer.headers['content-type'] ?? 'application/json' });
}

interface JsonAnswer {
  readonly answer: Answer;
  readonly body: Buffer;
  readonly contentType: string;
}

/** A promise only where the reader is behind. */
function writeJson(context: AnswerContext, { answer, body, contentType }: JsonAnswer): Promise<undefined> | undefined {
  const { deadlines, report, reply, target } = context;
  deadlines.contentCame();
  report.contentCame();
  const headers = answerHeaders({
    upstream: answer.headers,
    passthrough: target.passthroughHeaders,
    contentType,
    dropped: report.dropped,
  });
  // Head and body are then one write to the client, without the framing of chunks.
  headers['content-length'] = `${body.length}`;
  reply.head({ status: 200, headers, waitedMs: report.waitedMs });
  const behind = reply.data(body);
  return behind && deadlines.wait(behind).then(() => undefined);
}
