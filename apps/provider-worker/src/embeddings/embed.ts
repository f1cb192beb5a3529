import { addUsage, GatewayError } from '@switchyard/canonical';
import {
  dialectById,
  embeddingsOf,
  isEmbeddingsBatch,
  type EmbeddingsLanguage,
  type EmbeddingsRequest,
  type EmbeddingsResponse,
  type JsonObject,
} from '@switchyard/dialects';
import type { AttemptError } from '@switchyard/wire';

import { answerHeaders } from '../answer/answer-headers.js';
import { errorStatusWithin, parseAnswer } from '../answer/parse-answer.js';
import { readWhole } from '../answer/read-whole.js';
import type { Attempt } from '../attempt.js';
import type { Answer } from '../call/call-upstream.js';
import { callEndpoint } from '../call/call-endpoint.js';
import { droppedFields } from '../encode/dropped-fields.js';
import { parseBody } from '../encode/parse-body.js';
import { targetAt } from '../prepare/resolve-target.js';
import { JSON_LIMIT_BYTES, observe, relayError } from '../relay/relay-answer.js';
import { relayContext, relayTo } from '../relay/relay-attempt.js';
import { refuseThinking, relayBody } from '../relay/relay-body.js';
import { inOrder, type Outcome } from './in-order.js';

/** Embeds texts: byte for byte where client and provider ask in one language, else translated both ways. */
export async function embed(attempt: Attempt): Promise<AttemptError | undefined> {
  const { open, target, body } = attempt;
  refuseThinking(open);
  const client = embeddingsOf(open.dialect);
  const upstream = embeddingsOf(target.provider.dialect);
  const isBatch = client.id !== upstream.id || (client.id === 'gemini' && isEmbeddingsBatch(parseBody(body)));
  const { embeddings, embeddingsBatch = embeddings } = target.provider.paths;
  const path = isBatch ? embeddingsBatch : embeddings;
  if (path === undefined) {
    const message = `${target.provider.slug} cannot be asked for embeddings`;
    throw new GatewayError('operation_not_supported', message, { param: 'model' });
  }
  const there = { ...attempt, target: targetAt(target, path) };
  if (client.id === upstream.id) return relayTo(there, relayBody(open, body));
  return translate(there, { client, upstream });
}

interface Languages {
  readonly client: EmbeddingsLanguage;
  readonly upstream: EmbeddingsLanguage;
}

/** Calls at a time: most of the waiting is saved by few, and many would meet a rate limit together. */
const MOST_AT_ONCE = 4;

async function translate(attempt: Attempt, { client, upstream }: Languages): Promise<AttemptError | undefined> {
  const { open, target, report, deadlines } = attempt;
  const { value: request, warnings } = client.decodeRequest(parseBody(attempt.body));
  report.requestLost(droppedFields(warnings, open, target.provider));
  const parts = inParts(request, target.provider.mostEmbeddingsPerCall ?? request.texts.length);
  const limits = { atOnce: MOST_AT_ONCE, signal: deadlines.signal.abortSignal };
  const outcome = await inOrder(parts, limits, (part, signal) => ask(attempt, { upstream, request: part, signal }));
  if (outcome.type === 'failed') return outcome.error;
  const [first, ...others] = outcome.value;
  if (first === undefined) throw new GatewayError('invalid_request', 'there is nothing to embed');
  const response = others.reduce((whole, { response: part }) => join(whole, part), first.response);
  const model = open.answerModel ?? open.requestedModel;
  await write(attempt, first.answer, client.encodeResponse(response, { model, shape: request.answer }));
  return undefined;
}

function inParts(request: EmbeddingsRequest, size: number): readonly EmbeddingsRequest[] {
  const { texts } = request;
  const count = Math.ceil(texts.length / size);
  return Array.from({ length: count }, (_, part) => ({
    ...request,
    texts: texts.slice(part * size, (part + 1) * size),
  }));
}

function join(one: EmbeddingsResponse, other: EmbeddingsResponse): EmbeddingsResponse {
  const isTold = one.inputTokens !== undefined || other.inputTokens !== undefined;
  const inputTokens = isTold ? (one.inputTokens ?? 0) + (other.inputTokens ?? 0) : undefined;
  return { vectors: [...one.vectors, ...other.vectors], inputTokens };
}

interface Question {
  readonly upstream: EmbeddingsLanguage;
  readonly request: EmbeddingsRequest;
  readonly signal: AbortSignal;
}

interface Told {
  readonly answer: Answer;
  readonly response: EmbeddingsResponse;
}

/** One call to the provider. */
async function ask(attempt: Attempt, { upstream, request, signal }: Question): Promise<Outcome<Told, AttemptError>> {
  const { open, target, report } = attempt;
  const body = Buffer.from(JSON.stringify(upstream.encodeRequest(request, open.model)));
  const answer = await callEndpoint(attempt, body, signal);
  const context = relayContext(attempt, body);
  if (answer.status < 200 || answer.status >= 300) return { type: 'failed', error: await relayError(context, answer) };
  const value = parseAnswer(await report.waitFor(readWhole(answer.body, JSON_LIMIT_BYTES)));
  const failure = errorStatusWithin(value);
  if (failure !== undefined) {
    const { decodeError } = dialectById(target.provider.dialect);
    const told = { status: failure, headers: answer.headers, body: JSON.stringify(value) };
    return { type: 'failed', error: decodeError(told, attempt.now()) };
  }
  const response = upstream.decodeResponse(value);
  if (response.vectors.length !== request.texts.length) {
    const message = `the upstream answered ${request.texts.length} texts with ${response.vectors.length} embeddings`;
    throw new GatewayError('upstream_malformed', message);
  }
  const before = report.usage;
  report.usage = undefined;
  observe(context, value);
  report.usage = before && report.usage ? addUsage(before, report.usage) : (report.usage ?? before);
  return { type: 'done', value: { answer, response } };
}

async function write(
  { target, report, reply, deadlines }: Attempt,
  { headers: upstream }: Answer,
  value: JsonObject,
): Promise<void> {
  report.contentCame();
  const headers = answerHeaders({
    upstream,
    passthrough: target.passthroughHeaders,
    contentType: 'application/json',
    dropped: report.dropped,
  });
  reply.head({ status: 200, headers, waitedMs: report.waitedMs });
  const behind = reply.data(Buffer.from(JSON.stringify(value)));
  if (behind !== undefined) await deadlines.wait(behind);
}
