import { GatewayError, type CanonicalRequest } from '@switchyard/canonical';
import { dialectById, type TokenCounting, type WithWarnings } from '@switchyard/dialects';
import type { AttemptError, AttemptOpen } from '@switchyard/wire';

import { answerHeaders } from '../answer/answer-headers.js';
import { parseAnswer } from '../answer/parse-answer.js';
import { readWhole } from '../answer/read-whole.js';
import type { Attempt } from '../attempt.js';
import { callEndpoint } from '../call/call-endpoint.js';
import { droppedFields } from '../encode/dropped-fields.js';
import { parseBody } from '../encode/parse-body.js';
import { parseThinking } from '../encode/parse-thinking.js';
import { targetAt } from '../prepare/resolve-target.js';
import { relayError } from '../relay/relay-answer.js';
import { thinkingOf } from '../prepare/thinking-of.js';
import { ownRelayBody, relayContext, relayTo } from '../relay/relay-attempt.js';
import { countableOf } from './countable.js';
import { countTextTokens } from './tokenizer.js';

const COUNT_LIMIT_BYTES = 1024 * 1024;

/** How a count was come by. */
type Precision = 'exact' | 'estimated';

function precisionHeader(precision: Precision): Readonly<Record<string, string>> {
  return { 'x-switchyard-token-count': precision };
}

/**
 * Counts the tokens of a chat request: by the provider where it does that, byte for byte or translated, and else by an
 * estimate.
 */
export async function countTokens(attempt: Attempt): Promise<AttemptError | undefined> {
  const { open, target } = attempt;
  const client = askedBy(open);
  const upstream = dialectById(target.provider.dialect);
  const path = target.provider.paths['count-tokens'];
  if (path === undefined || upstream.tokenCounting === undefined) return estimate(attempt, client);
  const there = { ...attempt, target: targetAt(target, path) };
  if (open.dialect === upstream.id && open.thinking === undefined) {
    return relayTo(there, ownRelayBody(there), precisionHeader('exact'));
  }
  return translate(there, { client, upstream: upstream.tokenCounting });
}

function askedBy({ dialect }: AttemptOpen): TokenCounting {
  const { tokenCounting } = dialectById(dialect);
  if (tokenCounting !== undefined) return tokenCounting;
  throw new GatewayError('operation_not_supported', `${dialect} has no question for a count of tokens`);
}

async function estimate(attempt: Attempt, client: TokenCounting): Promise<undefined> {
  const { texts, fixed } = countableOf(decode(attempt, client).value);
  const tokens = fixed + (await countTextTokens(texts, attempt.deadlines.signal.abortSignal));
  await answer(attempt, { tokens, client, precision: 'estimated' });
}

async function translate(
  attempt: Attempt,
  { client, upstream }: { readonly client: TokenCounting; readonly upstream: TokenCounting },
): Promise<AttemptError | undefined> {
  const { open, report, target } = attempt;
  const decoded = decode(attempt, client);
  const encoded = upstream.encodeRequest(decoded.value, {
    model: open.model,
    defaultMaxOutputTokens: target.provider.defaultMaxOutputTokens,
    thinking: thinkingOf(attempt),
  });
  const { provider } = target;
  report.requestLost(droppedFields([...decoded.warnings, ...encoded.warnings], open, provider));
  const body = Buffer.from(JSON.stringify(encoded.value));
  const counted = await callEndpoint(attempt, body);
  if (counted.status < 200 || counted.status >= 300) return relayError(relayContext(attempt, body), counted);
  const bytes = await report.waitFor(readWhole(counted.body, COUNT_LIMIT_BYTES));
  const tokens = upstream.decodeCount(parseAnswer(bytes));
  if (tokens === undefined)
    throw new GatewayError('upstream_malformed', 'the upstream counted tokens without saying how many');
  await answer(attempt, { tokens, client, precision: 'exact' });
  return undefined;
}

function decode({ open, body }: Attempt, client: TokenCounting): WithWarnings<CanonicalRequest> {
  const outside = { model: open.requestedModel, stream: false };
  const { value, warnings } = client.decodeRequest(parseBody(body), outside);
  if (open.thinking === undefined) return { value, warnings };
  return { value: { ...value, reasoning: parseThinking(open.thinking) }, warnings };
}

interface Count {
  readonly tokens: number;
  readonly client: TokenCounting;
  readonly precision: Precision;
}

async function answer({ reply, report, deadlines }: Attempt, { tokens, client, precision }: Count): Promise<void> {
  const body = Buffer.from(JSON.stringify(client.encodeCount(tokens)));
  report.contentCame();
  const { dropped } = report;
  const headers = answerHeaders({ upstream: {}, passthrough: false, contentType: 'application/json', dropped });
  reply.head({ status: 200, headers: { ...headers, ...precisionHeader(precision) }, waitedMs: report.waitedMs });
  const behind = reply.data(body);
  if (behind !== undefined) await deadlines.wait(behind);
}
