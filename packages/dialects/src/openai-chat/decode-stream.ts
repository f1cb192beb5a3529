import { ERROR_CODES, type ErrorCode, type GatewayErrorData, type StreamEvent } from '@switchyard/canonical';

import type { JsonObject, StreamDecoder, TextDelta } from '../dialect.js';
import { extensionsOf } from '../extensions/extensions.js';
import { compact, isJsonObject, parseJson, restOf } from '../json/json-object.js';
import { countOf, objectOf, objectsOf, stringOf, wordOf } from '../json/read-json.js';
import type { SseEvent } from '../sse/scan-sse.js';
import { countCodePoints } from '../text/code-points.js';
import { classifyError } from './classify-error.js';
import { closeOpenBlock, closeToolCalls, decodeToolDelta } from './decode-tool-delta.js';
import { createChoiceState, createDecoderState, decoderState, type ChoiceState } from './decoder-state.js';
import { decodeFinish } from './finish.js';
import { joinPieces } from '../extensions/merge-fields.js';
import {
  readAnnotations,
  readOtherParts,
  readTextPieces,
  readToolCalls,
  unknownMessageFields,
  withLogprobs,
  type TextPiece,
} from './read-message.js';
import { decodeUsage } from './usage.js';

// `obfuscation` is padding against the guessing of texts by packet sizes, and means nothing.
const CHUNK_FIELDS = ['id', 'object', 'model', 'created', 'choices', 'usage', 'obfuscation'];
const CHOICE_FIELDS = ['index', 'delta', 'message', 'finish_reason', 'usage', 'logprobs'];

export function createStreamDecoder(state?: unknown): StreamDecoder {
  return new ChunkDecoder(state);
}

/**
 * Reads chat completion chunks. Its terminal proof is a finish reason for every choice that began, or `[DONE]`. Usage may
 * come with any chunk, also after the finish; a later one replaces an earlier.
 */
class ChunkDecoder implements StreamDecoder {
  readonly state;

  constructor(state: unknown) {
    this.state = state === undefined ? createDecoderState() : decoderState.parse(state);
  }

  next(event: SseEvent): readonly StreamEvent[] {
    const data = event.data.trim();
    if (this.state.phase === 'ended' || data === '') return [];
    if (data === '[DONE]') return this.#finishStream();
    const chunk = parseJson(data);
    if (!isJsonObject(chunk))
      return this.#fail(failure('upstream_malformed', 'the provider sent a chunk that is no JSON'));
    const isError = event.event === 'error' || chunk['object'] === 'error' || Boolean(chunk['error']);
    return isError ? this.#fail(classifyError(chunk)) : this.#readChunk(chunk);
  }

  keep(delta: TextDelta): void {
    const choice = this.state.choices[delta.choice];
    if (delta.type === 'text-delta' && choice !== undefined) choice.textLength += countCodePoints(delta.text);
  }

  end(): readonly StreamEvent[] {
    if (this.state.phase === 'ended') return [];
    const choices = Object.values(this.state.choices);
    if (choices.length > 0 && choices.every((choice) => choice.isFinished)) return this.#close([{ type: 'end' }]);
    return this.#fail(failure('upstream_truncated', 'the provider closed its stream before the answer was finished'));
  }

  #readChunk(chunk: JsonObject): StreamEvent[] {
    const choices = objectsOf(chunk['choices']);
    const events = this.#readHead(chunk, choices);
    for (const choice of choices) {
      if (choice['finish_reason'] === 'error') {
        return [...events, ...this.#fail(failure('upstream_server_error', 'the provider failed within its answer'))];
      }
      events.push(...this.#readChoice(choice));
    }
    // Groq's place beside OpenAI's, and Moonshot's within the choice.
    const places = [chunk['usage'], objectOf(chunk['x_groq'])['usage'], choices[0]?.['usage']];
    const usage = places.map(decodeUsage).find((found) => found !== undefined);
    if (usage !== undefined && this.state.phase === 'open') events.push({ type: 'usage', usage });
    return events;
  }

  /** The `start`, as soon as the stream has a name: Azure's first chunk has none, only its filter's findings. */
  #readHead(chunk: JsonObject, choices: readonly JsonObject[]): StreamEvent[] {
    const { state } = this;
    const extras = restOf(chunk, CHUNK_FIELDS) ?? {};
    for (const [key, value] of Object.entries(extras)) {
      if (state.phase === 'waiting' || isSame(state.extras[key], value)) continue;
      state.lateExtras[key] = value;
    }
    Object.assign(state.extras, extras);
    const id = wordOf(chunk['id']);
    if (state.phase !== 'waiting' || (id === undefined && choices.length === 0)) return [];
    state.phase = 'open';
    const start: StreamEvent = compact({
      type: 'start' as const,
      id: id ?? '',
      model: stringOf(chunk['model']) ?? '',
      createdAt: countOf(chunk['created']),
      extensions: extensionsOf('openai-chat', restOf(state.extras, [])),
    });
    return [start];
  }

  #readChoice(choice: JsonObject): StreamEvent[] {
    const index = countOf(choice['index']) ?? 0;
    const state = (this.state.choices[index] ??= createChoiceState());
    if (state.isFinished) return [];
    const delta = readDelta(choice, state);
    const { pieces, logprobs } = withLogprobs(readTextPieces(delta), choice['logprobs'], state.open?.type);
    const extras = { ...restOf(choice, CHOICE_FIELDS), logprobs, message: unknownMessageFields(delta) };
    state.extras = joinPieces(state.extras, extras);
    state.annotations.push(...(readAnnotations(delta) ?? []));
    const events = pieces.flatMap((piece) => decodeText(state, index, piece));
    for (const value of readOtherParts(delta)) {
      events.push(...closeOpenBlock(state, index), {
        type: 'opaque',
        choice: index,
        index: state.nextBlockIndex,
        block: { type: 'opaque', dialect: 'openai-chat', value },
      });
      state.nextBlockIndex += 1;
    }
    for (const entry of readToolCalls(delta)) events.push(...decodeToolDelta(state, index, entry));
    const reason = wordOf(choice['finish_reason']);
    if (reason !== undefined) events.push(...this.#finishChoice(state, index, reason));
    return events;
  }

  #finishChoice(state: ChoiceState, index: number, reason?: string): StreamEvent[] {
    const events = [...closeOpenBlock(state, index), ...closeToolCalls(state, index)];
    const late = Object.keys(this.state.lateExtras).length > 0 ? { response: this.state.lateExtras } : {};
    this.state.lateExtras = {};
    const finish = decodeFinish(reason, state.toolCalls.length > 0);
    // Those of a text that had ended before they came are for this dialect only.
    const message = state.annotations.length > 0 ? { message: { annotations: state.annotations } } : {};
    const own = restOf({ ...joinPieces(state.extras, message), ...late }, []);
    const extensions = extensionsOf('openai-chat', own);
    events.push(compact({ type: 'finish' as const, choice: index, finish, extensions }));
    this.state.choices[index] = { ...createChoiceState(), isFinished: true };
    return events;
  }

  /** `[DONE]` proves that the answer is whole, so choices whose reason a vendor left out are finished too. */
  #finishStream(): StreamEvent[] {
    const choices = Object.entries(this.state.choices);
    if (choices.length === 0)
      return this.#fail(failure('upstream_malformed', 'the provider ended its stream without an answer'));
    const open = choices.filter(([, choice]) => !choice.isFinished);
    const finishes = open.flatMap(([index, choice]) => this.#finishChoice(choice, Number(index)));
    return this.#close([...finishes, { type: 'end' }]);
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

/** Some vendors send a whole `message`, in the only chunk of an answer or beside the last delta. */
function readDelta(choice: JsonObject, state: ChoiceState): JsonObject {
  if (isJsonObject(choice['delta'])) return choice['delta'];
  return state.nextBlockIndex === 0 ? objectOf(choice['message']) : {};
}

function decodeText(state: ChoiceState, choice: number, { type, text, logprobs }: TextPiece): StreamEvent[] {
  const events: StreamEvent[] = [];
  if (state.open?.type !== type) {
    events.push(...closeOpenBlock(state, choice));
    state.open = { type, index: state.nextBlockIndex, from: state.textLength };
    state.nextBlockIndex += 1;
    const place = { choice, index: state.open.index };
    if (type === 'reasoning') events.push({ type: 'reasoning-start', provenance: 'openai-chat', ...place });
    else events.push({ type: `${type}-start` as const, ...place });
  }
  if (type === 'text') state.textLength += countCodePoints(text);
  const delta = { type: `${type}-delta` as const, choice, index: state.open.index, text };
  events.push(logprobs === undefined ? delta : { ...delta, logprobs });
  return events;
}

function isSame(known: unknown, value: unknown): boolean {
  return known === value || JSON.stringify(known) === JSON.stringify(value);
}

function failure(code: ErrorCode, message: string): GatewayErrorData {
  return { code, message, status: ERROR_CODES[code].status };
}
