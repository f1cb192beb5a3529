import {
  ERROR_CODES,
  type ErrorCode,
  type Finish,
  type GatewayErrorData,
  type StreamEvent,
} from '@switchyard/canonical';

import type { JsonObject, StreamDecoder, TextDelta } from '../dialect.js';
import { extensionsOf } from '../extensions/extensions.js';
import { compact, isJsonObject, parseJson, restOf } from '../json/json-object.js';
import { countOf, objectOf, objectsOf, stringOf, wordOf } from '../json/read-json.js';
import { joinPieces } from '../extensions/merge-fields.js';
import type { SseEvent } from '../sse/scan-sse.js';
import { classifyError } from './classify-error.js';
import { closeBlocks, decodeAnswerPart } from './decode-answer-part.js';
import { readCitations, withoutCitations } from './decode-grounding.js';
import { GEMINI } from './decode-parts.js';
import { createChoiceState, createDecoderState, decoderState, type ChoiceState } from './decoder-state.js';
import { decodeBlock, decodeFinish } from './finish.js';
import { decodeLogprobs, LOGPROB_FIELDS } from './logprobs.js';
import { readCandidateSteps } from './server-steps.js';
import { decodeUsage } from './usage.js';

const CHUNK_FIELDS = ['candidates', 'usageMetadata', 'modelVersion', 'responseId'];
const CANDIDATE_FIELDS = ['index', 'content', 'finishReason'];
/** Lists of these go on from chunk to chunk; anything else is told anew by each. */
const GROWING_FIELDS: readonly string[] = ['logprobsResult', 'citationMetadata'];

export function createStreamDecoder(state?: unknown): StreamDecoder {
  return new AnswerDecoder(state);
}

/**
 * Reads GenerateContentResponse objects, streamed or whole: both have one shape. Its terminal proof is a finish reason for
 * every candidate that began, or a reason why the prompt was blocked. Finishes are told once the upstream has closed,
 * since usage and grounding may follow them.
 */
export class AnswerDecoder implements StreamDecoder {
  readonly state;

  constructor(state?: unknown) {
    this.state = state === undefined ? createDecoderState() : decoderState.parse(state);
  }

  next(event: SseEvent): readonly StreamEvent[] {
    if (this.state.phase === 'ended' || event.data.trim() === '') return [];
    const value = parseJson(event.data);
    // Errors also come as a list of one.
    const chunk: unknown = Array.isArray(value) ? value[0] : value;
    if (!isJsonObject(chunk))
      return this.#fail(failure('upstream_malformed', 'the provider sent a chunk that is no JSON'));
    return isJsonObject(chunk['error']) ? this.#fail(classifyError(chunk)) : this.readChunk(chunk);
  }

  keep(delta: TextDelta): void {
    const texts = this.state.choices[delta.choice]?.texts;
    if (delta.type === 'text-delta' && texts !== undefined)
      texts[delta.index] = (texts[delta.index] ?? '') + delta.text;
  }

  end(): readonly StreamEvent[] {
    if (this.state.phase === 'ended') return [];
    const choices = Object.values(this.state.choices);
    const isBlocked = choices.length === 0 && this.state.blockReason !== undefined;
    const isComplete = choices.length > 0 && choices.every((choice) => choice.finishReason !== undefined);
    if (isBlocked || isComplete) return this.finish();
    return this.#fail(failure('upstream_truncated', 'the provider closed its stream before the answer was finished'));
  }

  /** What one chunk, or a whole answer, says before its finish. */
  readChunk(chunk: JsonObject): StreamEvent[] {
    const events = this.#readHead(chunk);
    if (this.state.phase !== 'open') return events;
    for (const candidate of objectsOf(chunk['candidates'])) events.push(...this.#readCandidate(candidate));
    const usage = decodeUsage(chunk['usageMetadata']);
    if (usage !== undefined) events.push({ type: 'usage', usage });
    return events;
  }

  /** Ends every candidate as far as it came, or the prompt that got none, and the stream. */
  finish(): StreamEvent[] {
    const { blockReason } = this.state;
    const choices = Object.entries(this.state.choices);
    const events = choices.flatMap(([index, choice]) => {
      const finish = decodeFinish(choice.finishReason, choice.callCount > 0);
      return [...closeBlocks(choice, Number(index)), this.#finishEvent(Number(index), choice, finish)];
    });
    if (choices.length === 0 && blockReason !== undefined) {
      events.push(this.#finishEvent(0, createChoiceState(), decodeBlock(blockReason)));
    }
    return this.#close([...events, { type: 'end' }]);
  }

  /** The `start`, as soon as the stream says something of an answer. */
  #readHead(chunk: JsonObject): StreamEvent[] {
    const { state } = this;
    const extras = restOf(chunk, CHUNK_FIELDS) ?? {};
    for (const [key, value] of Object.entries(extras)) {
      if (state.phase === 'waiting' || isSame(state.extras[key], value)) continue;
      state.lateExtras[key] = value;
    }
    Object.assign(state.extras, extras);
    state.blockReason ??= wordOf(objectOf(chunk['promptFeedback'])['blockReason']);
    const id = stringOf(chunk['responseId']);
    const saysSomething = id !== undefined || Array.isArray(chunk['candidates']) || state.blockReason !== undefined;
    if (state.phase !== 'waiting' || !saysSomething) return [];
    state.phase = 'open';
    state.id = id ?? '';
    const createdAt = Date.parse(stringOf(chunk['createTime']) ?? '');
    const start: StreamEvent = compact({
      type: 'start' as const,
      id: state.id,
      model: stringOf(chunk['modelVersion']) ?? '',
      createdAt: Number.isNaN(createdAt) ? undefined : Math.floor(createdAt / 1000),
      extensions: extensionsOf(GEMINI, restOf(state.extras, [])),
    });
    return [start];
  }

  #readCandidate(candidate: JsonObject): StreamEvent[] {
    const choice = countOf(candidate['index']) ?? 0;
    const state = (this.state.choices[choice] ??= createChoiceState());
    const { parts, role: _, ...content } = objectOf(candidate['content']);
    const extras = restOf({ ...restOf(candidate, CANDIDATE_FIELDS), content: restOf(content, []) }, []);
    if (extras !== undefined) state.extras = mergeExtras(state.extras, extras);
    state.finishReason = wordOf(candidate['finishReason']) ?? state.finishReason;
    const responseId = this.state.id.slice(-MAX_ID_PIECE);
    const events = objectsOf(parts).flatMap((part, index) => {
      return decodeAnswerPart(state, part, { choice, responseId, isFirst: index === 0 });
    });
    const result = objectOf(candidate['logprobsResult']);
    return isJsonObject(candidate['logprobsResult']) ? takeLogprobs(state, events, { choice, result }) : events;
  }

  #finishEvent(choice: number, state: ChoiceState, finish: Finish): StreamEvent {
    const response = restOf(this.state.lateExtras, []);
    this.state.lateExtras = {};
    // Citations of a text that had ended before they came are for this dialect only.
    const areTold = readCitations(state).length === state.citationCount;
    const extras = areTold && state.citationCount > 0 ? withoutCitations(state.extras) : state.extras;
    const extensions = extensionsOf(GEMINI, restOf({ ...extras, response }, []));
    const steps = readCandidateSteps(state.extras);
    return compact({ type: 'finish' as const, choice, finish, steps, extensions });
  }

  #fail(error: GatewayErrorData): StreamEvent[] {
    return this.#close([{ type: 'error', error }, { type: 'end' }]);
  }

  /** Nothing is kept beyond the end. */
  #close(events: StreamEvent[]): StreamEvent[] {
    Object.assign(this.state, createDecoderState(), { phase: 'ended' });
    return events;
  }
}

/** OpenAI takes 40 characters as the id of a call, and this is one part of ours. (OpenAI API reference, tool_calls) */
const MAX_ID_PIECE = 24;

/** The events of a chunk with the token probabilities that came in it, unless there is no text that they can be of. */
function takeLogprobs(
  state: ChoiceState,
  events: readonly StreamEvent[],
  { choice, result }: { readonly choice: number; readonly result: JsonObject },
): StreamEvent[] {
  const logprobs = decodeLogprobs(result);
  const last = events.findLastIndex(({ type }) => type === 'text-delta');
  const delta = events[last];
  const isPending = last === -1 && events.length === 0 && state.open?.type === 'text';
  if (logprobs === undefined || (delta === undefined && !isPending)) return [...events];
  state.extras = compact({
    ...state.extras,
    logprobsResult: restOf(objectOf(state.extras['logprobsResult']), LOGPROB_FIELDS),
  });
  if (delta?.type === 'text-delta') return events.with(last, { ...delta, logprobs });
  return [{ type: 'text-delta', choice, index: state.open?.index ?? 0, text: '', logprobs }];
}

function mergeExtras(earlier: JsonObject, later: JsonObject): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...earlier };
  for (const [key, value] of Object.entries(later)) {
    const known = merged[key];
    if (!isJsonObject(known) || !isJsonObject(value)) merged[key] = value;
    else merged[key] = GROWING_FIELDS.includes(key) ? joinPieces(known, value) : { ...known, ...value };
  }
  return merged;
}

function isSame(known: unknown, value: unknown): boolean {
  return known === value || JSON.stringify(known) === JSON.stringify(value);
}

function failure(code: ErrorCode, message: string): GatewayErrorData {
  return { code, message, status: ERROR_CODES[code].status };
}
