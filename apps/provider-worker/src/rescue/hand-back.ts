import type { CanonicalRequest } from '@switchyard/canonical';
import { createSseScanner, type SseEvent, type StreamEncoder } from '@switchyard/dialects';
import type { RescueState } from '@switchyard/wire';

import { answerOptions, type AnswerContext } from '../answer/answer-context.js';
import { estimateTokens, estimateUsage } from './estimate-usage.js';
import type { Received, SentEvents } from './sent-events.js';
import type { StreamSoFar } from './stream-so-far.js';

/** A frame of the wire holds 1 MiB, of which the request's headers and the attempt's own report need a part. */
const STATE_LIMIT_BYTES = 768 * 1024;

/** Their clients hand reasoning back with a proof of its maker, and reasoning that broke off has none. */
const PROVING: readonly string[] = ['anthropic-messages', 'openai-responses'];

export interface HandBackInput {
  readonly context: AnswerContext;
  readonly sent: SentEvents;
  /** What has written the stream; undefined where the upstream's own events were handed on. */
  readonly encoder: StreamEncoder | undefined;
  /** The last of those. */
  readonly last: SseEvent | undefined;
}

/**
 * What another attempt needs to go on with a stream that died; undefined where none could, so that the client has to be
 * told now. Notes an estimate of the usage where the upstream had not told it yet.
 */
export function handBack(input: HandBackInput): RescueState | undefined {
  const { context, sent } = input;
  const request = readRequest(context);
  if (request === undefined) return undefined;
  const isStructured = request.responseFormat !== undefined && request.responseFormat.type !== 'text';
  if (sent.hasCalls) return { hasToolCalls: true, isStructured, state: null };
  const received = sent.received();
  if (received === undefined) return undefined;
  noteUsage(context, request, received);
  if ((request.choiceCount ?? 1) > 1 || lacksProof(context, received)) return undefined;
  const soFar = describe(input, request, received);
  const state = soFar && JSON.stringify(soFar);
  if (state === undefined || Buffer.byteLength(state) > STATE_LIMIT_BYTES) return undefined;
  return { hasToolCalls: false, isStructured, state: JSON.parse(state) };
}

/** What an upstream of the client's own dialect took may still be more than our decoder knows. */
function readRequest({ encoded }: AnswerContext): CanonicalRequest | undefined {
  try {
    return encoded.readRequest?.();
  } catch {
    return undefined;
  }
}

function lacksProof({ client }: AnswerContext, { open }: Received): boolean {
  return open?.type === 'reasoning' && open.provenance === client.id && PROVING.includes(client.id);
}

function describe(input: HandBackInput, request: CanonicalRequest, received: Received): StreamSoFar | undefined {
  const { context, encoder } = input;
  const { text, reasoningTokens, nextIndex, usage } = received;
  const model = shownModel(context, received, encoder);
  const state = encoder === undefined ? rebuild(input, request, received) : encoder.state;
  if (state === undefined) return undefined;
  const open = received.open && { type: received.open.type, index: received.open.index };
  return {
    encoder: state,
    model,
    text,
    reasoningTokens,
    nextIndex,
    usage: usage && { ...usage, raw: undefined },
    open,
  };
}

function shownModel(context: AnswerContext, { start }: Received, encoder: StreamEncoder | undefined): string {
  const { model } = answerOptions(context);
  return encoder === undefined ? (context.open.answerModel ?? start?.model ?? model) : model;
}

/**
 * The state of an encoder that would have written what the client was handed on. It is of use only if it would go on
 * where the upstream stopped, so the event that it wrote last must belong to the same place as the upstream's last one.
 */
function rebuild({ context, last }: HandBackInput, request: CanonicalRequest, received: Received): unknown {
  const { client } = context;
  const options = { ...answerOptions(context), model: shownModel(context, received, undefined), request };
  const encoder = client.createStreamEncoder(options);
  const written = received.events.map((event) => encoder.next(event)).join('');
  const own = fieldsOf(createSseScanner().push(Buffer.from(written)).at(-1));
  const theirs = fieldsOf(last);
  if (PLACE_FIELDS.some((field) => own[field] !== theirs[field])) return undefined;
  const number = theirs['sequence_number'];
  if (typeof number !== 'number') return encoder.state;
  return client.createStreamEncoder({ ...options, nextNumber: number + 1 }, JSON.parse(JSON.stringify(encoder.state)))
    .state;
}

/** What tells the place of an event, in the dialects that tell it. */
const PLACE_FIELDS = ['type', 'index', 'item_id', 'output_index', 'content_index', 'summary_index'];

function fieldsOf(event: SseEvent | undefined): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(event?.data ?? '{}');
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function noteUsage({ report, open, resumed }: AnswerContext, request: CanonicalRequest, received: Received): void {
  const begun = open.resume?.how === 'prefill' ? (resumed?.text ?? '') : '';
  const shown = resumed?.reasoningTokens ?? 0;
  const output = estimateTokens(received.text) - estimateTokens(begun) + received.reasoningTokens - shown;
  const estimated = estimateUsage({ told: report.usage, request, output: Math.max(0, output) });
  if (estimated !== undefined) report.estimated(estimated);
}
