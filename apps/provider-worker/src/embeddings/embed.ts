import { GatewayError } from '@switchyard/canonical';
import {
  dialectById,
  embeddingsOf,
  isEmbeddingsBatch,
  type EmbeddingsLanguage,
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

async function translate(attempt: Attempt, { client, upstream }: Languages): Promise<AttemptError | undefined> {
  const { open, target, report } = attempt;
  const { value: request, warnings } = client.decodeRequest(parseBody(attempt.body));
  report.requestLost(droppedFields(warnings, { ...open, provider: target.provider }));
  const body = Buffer.from(JSON.stringify(upstream.encodeRequest(request, open.model)));
  const answer = await callEndpoint(attempt, body);
  const context = relayContext(attempt, body);
  if (answer.status < 200 || answer.status >= 300) return relayError(context, answer);
  const value = parseAnswer(await report.waitFor(readWhole(answer.body, JSON_LIMIT_BYTES)));
  const failure = errorStatusWithin(value);
  if (failure !== undefined) {
    const { decodeError } = dialectById(target.provider.dialect);
    return decodeError({ status: failure, headers: answer.headers, body: JSON.stringify(value) }, attempt.now());
  }
  const response = upstream.decodeResponse(value);
  if (response.vectors.length !== request.texts.length) {
    const message = `the upstream answered ${request.texts.length} texts with ${response.vectors.length} embeddings`;
    throw new GatewayError('upstream_malformed', message);
  }
  observe(context, value);
  const model = open.answerModel ?? open.requestedModel;
  await write(attempt, answer, client.encodeResponse(response, { model, shape: request.answer }));
  return undefined;
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
