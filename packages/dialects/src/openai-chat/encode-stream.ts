import { assertNever, type Citation, type StreamEvent } from '@switchyard/canonical';
import { z } from 'zod';

import type { EncodeAnswerOptions, JsonObject, StreamEncoder } from '../dialect.js';
import { ownFields } from '../extensions/extensions.js';
import { inputReader, readInput, unwrapInput } from '../freeform/freeform.js';
import { objectOf } from '../json/read-json.js';
import { createNotingEncoder, type BareStreamEncoder } from '../losses/noting-encoder.js';
import { countCodePoints } from '../text/code-points.js';
import { CHAT_ANSWERS } from './answer-limits.js';
import { encodeAnnotations } from './citations.js';
import { answeredCall, isCustomCall, withSignature } from './custom-calls.js';
import { encodeStreamError } from './encode-error.js';
import { encodeId } from './encode-response.js';
import { encodeFinish } from './finish.js';
import { logprobsField } from './logprobs.js';
import { withFields } from '../extensions/merge-fields.js';
import { encodeUsage } from './usage.js';

const callState = z.object({
  blockIndex: z.number(),
  hasArguments: z.boolean(),
  /** Of a custom tool's call: how far its input has been told, and its arguments as they came. */
  custom: z.object({ reader: inputReader, argumentsText: z.string() }).optional(),
});

type CallState = z.infer<typeof callState>;

const encoderState = z.object({
  phase: z.enum(['waiting', 'open', 'ended']),
  /** The fields that every chunk begins with, as JSON without its closing brace. */
  head: z.string(),
  /** By choice: its tool calls in order, by the index of their blocks. */
  choices: z.record(z.string(), z.array(callState)),
  /** By choice: the index of the block of reasoning that was written last. */
  reasoning: z.record(z.string(), z.number()),
  /** By choice: its texts so far, and where the one begins that is being told. */
  said: z.record(z.string(), z.object({ text: z.string(), from: z.number() })),
  /** The usage chunk's field, as JSON. */
  usage: z.string().optional(),
});

type EncoderState = z.infer<typeof encoderState>;

export function createStreamEncoder(options: EncodeAnswerOptions, state?: unknown): StreamEncoder {
  return createNotingEncoder(CHAT_ANSWERS, (own) => new ChunkEncoder(options, own), state);
}

/**
 * Writes chat completion chunks: the role first, then deltas, a finish chunk for each choice, the usage chunk for clients
 * that asked for it, and `[DONE]`. After an error nothing follows, not even `[DONE]`.
 */
class ChunkEncoder implements BareStreamEncoder {
  readonly state: EncoderState;
  readonly #options: EncodeAnswerOptions;

  constructor(options: EncodeAnswerOptions, state: unknown) {
    this.#options = options;
    this.state =
      state === undefined
        ? { phase: 'waiting', head: '', choices: {}, reasoning: {}, said: {} }
        : encoderState.parse(state);
  }

  next(event: StreamEvent): string {
    if (this.state.phase === 'ended') return '';
    switch (event.type) {
      case 'start':
        return this.#start(event);
      case 'text-start':
        this.#beginText(event.choice);
        return '';
      case 'text-delta':
        return this.#text(event);
      case 'text-end':
        return event.citations === undefined ? '' : this.#annotations(event.choice, event.citations);
      case 'reasoning-delta':
        return this.#reasoning(event);
      case 'refusal-delta':
        return this.#delta(
          event.choice,
          `{"refusal":${JSON.stringify(event.text)}}`,
          event.logprobs && logprobsField([], event.logprobs),
        );
      case 'tool-call-start':
      case 'tool-call-delta':
      case 'tool-call-end':
        return this.#toolCall(event);
      case 'finish':
        return this.#finish(event);
      case 'usage':
        this.state.usage = JSON.stringify(encodeUsage(event.usage));
        return '';
      case 'error':
        this.state.phase = 'ended';
        return encodeStreamError(event.error);
      case 'end':
        return this.#end();
      case 'reasoning-start':
      case 'reasoning-end':
      case 'redacted-reasoning':
      case 'opaque':
      case 'refusal-start':
      case 'refusal-end':
      case 'ping':
        return '';
      default:
        return assertNever(event);
    }
  }

  #start(event: Extract<StreamEvent, { type: 'start' }>): string {
    const created = event.createdAt ?? this.#options.nowSeconds;
    const fields = {
      id: encodeId(event.id, created),
      object: 'chat.completion.chunk',
      created,
      model: this.#options.model,
    };
    this.state.phase = 'open';
    this.state.head = JSON.stringify(fields).slice(0, -1);
    this.state.choices = { 0: [] };
    return frame({ ...withFields(fields, ownFields('openai-chat', event.extensions)), choices: [roleChoice(0)] });
  }

  #delta(choice: number, delta: string, logprobs?: JsonObject): string {
    const told = logprobs === undefined ? 'null' : JSON.stringify(logprobs);
    return `${this.#role(choice)}data: ${this.state.head},"choices":[{"index":${choice},"delta":${delta},"logprobs":${told},"finish_reason":null}]}\n\n`;
  }

  #beginText(choice: number): void {
    const said = this.state.said[choice];
    if (said === undefined) this.state.said[choice] = { text: '', from: 0 };
    else said.from = said.text.length;
  }

  #text({ choice, text, logprobs }: Extract<StreamEvent, { type: 'text-delta' }>): string {
    const said = this.state.said[choice];
    if (said !== undefined) said.text += text;
    return this.#delta(choice, `{"content":${JSON.stringify(text)}}`, logprobs && logprobsField(logprobs, []));
  }

  /** Told with the end of their text, since those of a whole text end there. */
  #annotations(choice: number, citations: readonly Citation[]): string {
    const { text, from } = this.state.said[choice] ?? { text: '', from: 0 };
    const annotations = encodeAnnotations(citations, text.slice(from), countCodePoints(text.slice(0, from)));
    return annotations.length === 0 ? '' : this.#delta(choice, JSON.stringify({ annotations }));
  }

  /** As in a whole answer, an empty line stands between one block of reasoning and the next. */
  #reasoning({ choice, index, text }: Extract<StreamEvent, { type: 'reasoning-delta' }>): string {
    if (text === '') return '';
    const written = this.state.reasoning[choice];
    this.state.reasoning[choice] = index;
    const separator = written === undefined || written === index ? '' : '\n\n';
    return this.#delta(choice, `{"reasoning_content":${JSON.stringify(separator + text)}}`);
  }

  /** The role chunk that every choice begins with, if it has not been written yet. */
  #role(choice: number): string {
    if (this.state.choices[choice] !== undefined) return '';
    this.state.choices[choice] = [];
    return `data: ${this.state.head},"choices":[${JSON.stringify(roleChoice(choice))}]}\n\n`;
  }

  #toolCall(event: Extract<StreamEvent, { type: `tool-call-${string}` }>): string {
    const role = this.#role(event.choice);
    const calls = this.state.choices[event.choice] ?? [];
    if (event.type === 'tool-call-start') {
      const isCustom = isCustomCall({ extensions: answeredCall(event, this.#options.request?.tools ?? []) });
      const custom = isCustom ? { reader: { held: '', place: 'before' as const }, argumentsText: '' } : undefined;
      calls.push({ blockIndex: event.index, hasArguments: false, custom });
      const head = { index: calls.length - 1, id: event.id, ...callHead(event.name, isCustom) };
      return role + this.#callDelta(event.choice, head);
    }
    const index = calls.findIndex((call) => call.blockIndex === event.index);
    const call = calls[index];
    if (call === undefined) return role;
    const fields = event.type === 'tool-call-delta' ? deltaFields(call, event.argumentsText) : endFields(call, event);
    if (Object.keys(fields).length === 0) return role;
    call.hasArguments = true;
    return role + this.#callDelta(event.choice, { index, ...fields });
  }

  #callDelta(choice: number, call: JsonObject): string {
    return this.#delta(choice, JSON.stringify({ tool_calls: [call] }));
  }

  #finish(event: Extract<StreamEvent, { type: 'finish' }>): string {
    const role = this.#role(event.choice);
    const { message, response, ...rest } = ownFields('openai-chat', event.extensions);
    const fields = {
      index: event.choice,
      delta: objectOf(message),
      finish_reason: encodeFinish(event.finish.reason),
    };
    const choice = JSON.stringify({ logprobs: null, ...withFields(fields, rest) });
    const more = Object.keys(objectOf(response)).length > 0 ? `,${JSON.stringify(response).slice(1, -1)}` : '';
    return `${role}data: ${this.state.head},"choices":[${choice}]${more}}\n\n`;
  }

  #end(): string {
    const { usage, head } = this.state;
    this.state.phase = 'ended';
    const told = this.#options.includeUsage && usage ? `data: ${head},"choices":[],"usage":${usage}}\n\n` : '';
    return `${told}data: [DONE]\n\n`;
  }
}

function argumentsField(text: string): JsonObject {
  return text === '' ? {} : { function: { arguments: text } };
}

function callHead(name: string, isCustom: boolean): JsonObject {
  if (isCustom) return { type: 'custom', custom: { name, input: '' } };
  return { type: 'function', function: { name, arguments: '' } };
}

function deltaFields(call: CallState, argumentsText: string): JsonObject {
  if (call.custom === undefined) return argumentsField(argumentsText);
  const { reader, text } = readInput(call.custom.reader, argumentsText);
  call.custom = { reader, argumentsText: call.custom.argumentsText + argumentsText };
  return text === '' ? {} : { custom: { input: text } };
}

/** What the end of a call still has to say: what was held back, that there were no arguments, and this dialect's fields. */
function endFields(
  { custom, hasArguments }: CallState,
  event: Extract<StreamEvent, { type: 'tool-call-end' }>,
): JsonObject {
  const { custom: customFields, ...own } = ownFields('openai-chat', withSignature(event.extensions));
  if (custom === undefined) {
    const saysNothing = hasArguments && Object.keys(own).length === 0;
    return saysNothing ? {} : withFields({ function: { arguments: hasArguments ? '' : '{}' } }, own);
  }
  // What did not begin as the schema says could not be told before its end.
  const late = custom.reader.place === 'before' ? { input: unwrapInput(custom.argumentsText) } : {};
  const fields = withFields(late, objectOf(customFields));
  return Object.keys(fields).length === 0 ? own : { ...own, custom: fields };
}

function roleChoice(index: number): JsonObject {
  return { index, delta: { role: 'assistant', content: '' }, logprobs: null, finish_reason: null };
}

function frame(chunk: JsonObject): string {
  return `data: ${JSON.stringify(chunk)}\n\n`;
}
