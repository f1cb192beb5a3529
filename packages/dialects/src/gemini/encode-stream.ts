import { assertNever, type ServerToolStep, type StreamEvent } from '@switchyard/canonical';
import { z } from 'zod';

import { encodeToolInput } from '../anthropic-messages/tool-input.js';
import type { EncodeAnswerOptions, JsonObject, StreamEncoder } from '../dialect.js';
import { ownFields } from '../extensions/extensions.js';
import { compact } from '../json/json-object.js';
import { withFields } from '../extensions/merge-fields.js';
import { createNotingEncoder, type BareStreamEncoder } from '../losses/noting-encoder.js';
import { GEMINI_ANSWERS } from './answer-limits.js';
import { addCitations, createGrounding, groundingFields } from './citations.js';
import { GEMINI } from './decode-parts.js';
import { encodeStreamError } from './encode-error.js';
import { besideContent, candidate, lateFields } from './encode-response.js';
import { encodeFinish } from './finish.js';
import { encodeLogprobs } from './logprobs.js';
import { writeParts } from './server-steps.js';
import { encodeUsage } from './usage.js';

type BlockEvent = Extract<StreamEvent, { readonly index: number }>;

const blockEvent = z.custom<BlockEvent>((value) => typeof value === 'object' && value !== null && 'index' in value);
const step = z.custom<ServerToolStep>((value) => typeof value === 'object' && value !== null && 'tool' in value);
const fields = z.record(z.string(), z.unknown());

const choiceState = z.object({
  /** The block that is being written. */
  front: z
    .object({
      index: z.number(),
      /** Whether its maker may have its signature back, for reasoning. */
      isOwn: z.boolean(),
      /** A call as far as it came: the dialect has calls only whole. */
      call: z.object({ id: z.string(), name: z.string(), argumentsText: z.string() }).optional(),
    })
    .optional(),
  /** Events of the blocks that wait for the front one to end, in the order the blocks began. */
  waiting: z.array(z.array(blockEvent)),
  /** The steps of other providers' tools so far: some are told with the finish. */
  steps: z.array(step),
  /** The part that is being written, texts in a row being one, and where in it the text at hand begins. */
  part: z.object({ kind: z.enum(['text', 'thought', 'other']), index: z.number(), text: z.string(), from: z.number() }),
  grounding: z.object({ chunks: z.array(fields), supports: z.array(fields), sources: z.array(fields) }),
  /** Whether there is grounding that no chunk has told yet. */
  isUngrounded: z.boolean(),
});

const encoderState = z.object({
  phase: z.enum(['waiting', 'open', 'ended']),
  /** The fields that every chunk ends with, as JSON without its opening brace. */
  tail: z.string(),
  /** Fields for the first chunk only. */
  extras: fields,
  choices: z.record(z.string(), choiceState),
  /** Finished candidates, told with the usage in the last chunk. */
  candidates: z.array(fields),
  usage: fields.optional(),
});

type EncoderState = z.infer<typeof encoderState>;
type ChoiceState = z.infer<typeof choiceState>;

export function createStreamEncoder(options: EncodeAnswerOptions, state?: unknown): StreamEncoder {
  return createNotingEncoder(GEMINI_ANSWERS, (own) => new AnswerEncoder(options, own), state);
}

/**
 * Writes GenerateContentResponse chunks: a part each, one block after the other, and the finish reasons with the usage in
 * the last one. What belongs to another block than the one at the front waits until that one has ended.
 */
class AnswerEncoder implements BareStreamEncoder {
  readonly state: EncoderState;
  readonly #options: EncodeAnswerOptions;

  constructor(options: EncodeAnswerOptions, state: unknown) {
    this.#options = options;
    this.state =
      state === undefined
        ? { phase: 'waiting', tail: '', extras: {}, choices: {}, candidates: [] }
        : encoderState.parse(state);
  }

  next(event: StreamEvent): string {
    if (this.state.phase === 'ended') return '';
    switch (event.type) {
      case 'start':
        this.#start(event);
        return '';
      case 'usage':
        this.state.usage = encodeUsage(event.usage);
        return '';
      case 'ping':
        return '';
      case 'finish':
        this.#finish(event);
        return '';
      case 'error':
        this.state.phase = 'ended';
        return encodeStreamError(event.error);
      case 'end':
        return this.#end();
      default:
        return this.#takeBlockEvent(event);
    }
  }

  #start(event: Extract<StreamEvent, { type: 'start' }>): void {
    const named = compact({ modelVersion: this.#options.model, responseId: event.id === '' ? undefined : event.id });
    this.state.phase = 'open';
    this.state.tail = JSON.stringify(named).slice(1);
    this.state.extras = ownFields(GEMINI, event.extensions);
  }

  #finish(event: Extract<StreamEvent, { type: 'finish' }>): void {
    const content = { parts: [{ text: '' }], role: 'model' };
    const { grounding, steps } = this.state.choices[event.choice] ?? createChoice();
    const finished = {
      content,
      finishReason: encodeFinish(event.finish.reason),
      ...besideContent(grounding, steps, event),
      index: event.choice,
    };
    this.state.candidates.push({ ...candidate(finished, event.extensions) });
    this.state.extras = { ...this.state.extras, ...lateFields(event.extensions) };
  }

  #end(): string {
    const { candidates, usage } = this.state;
    this.state.phase = 'ended';
    return this.#frame(
      `{"candidates":${JSON.stringify(candidates)}${usage ? `,"usageMetadata":${JSON.stringify(usage)}` : ''}`,
    );
  }

  /** A chunk that begins with these fields, as JSON without its closing brace. */
  #frame(chunk: string): string {
    const { extras, tail } = this.state;
    const more = Object.keys(extras).length === 0 ? '' : `${JSON.stringify(extras).slice(1, -1)},`;
    this.state.extras = {};
    return `data: ${chunk},${more}${tail}\n\n`;
  }

  /** `more` is what the chunk says of its candidate beside the part, as JSON that ends with a comma. */
  #part(choice: number, part: JsonObject, more = ''): string {
    return this.#frame(
      `{"candidates":[{"content":{"parts":[${JSON.stringify(part)}],"role":"model"},${more}"index":${choice}}]`,
    );
  }

  #text(choice: ChoiceState, event: Extract<BlockEvent, { type: 'text-delta' | 'refusal-delta' }>): string {
    const { text, logprobs } = event;
    if (text === '' && logprobs === undefined) return '';
    if (choice.part.kind !== 'text') enterPart(choice, 'text');
    choice.part.text += text;
    const more = logprobs === undefined ? '' : `"logprobsResult":${JSON.stringify(encodeLogprobs(logprobs))},`;
    return this.#part(event.choice, { text }, more);
  }

  /** A part that no text goes on with: a call, or what was known only at the end of a text. Before it, its sources are told. */
  #otherPart(choice: ChoiceState, index: number, part: JsonObject, kind: 'thought' | 'other' = 'other'): string {
    const told = this.#ground(choice, index);
    enterPart(choice, kind);
    return told + this.#part(index, part);
  }

  #ground(choice: ChoiceState, index: number): string {
    if (!choice.isUngrounded) return '';
    choice.isUngrounded = false;
    return this.#part(index, { text: '' }, `${JSON.stringify(groundingFields(choice.grounding, {})).slice(1, -1)},`);
  }

  #takeBlockEvent(event: BlockEvent): string {
    const choice = (this.state.choices[event.choice] ??= createChoice());
    if (choice.front !== undefined && choice.front.index !== event.index) {
      addWaiting(choice, event);
      return '';
    }
    const written = this.#writeBlockEvent(choice, event);
    return choice.front === undefined ? written + this.#drainWaiting(choice) : written;
  }

  /** Writes the blocks that waited, up to one that is still unfinished: that one is at the front now. */
  #drainWaiting(choice: ChoiceState): string {
    let written = '';
    for (let next = choice.waiting.shift(); next !== undefined; next = choice.waiting.shift()) {
      for (const event of next) written += this.#writeBlockEvent(choice, event);
      if (choice.front !== undefined) break;
    }
    return written;
  }

  #writeBlockEvent(choice: ChoiceState, event: BlockEvent): string {
    switch (event.type) {
      case 'text-start':
      case 'refusal-start':
        choice.front = { index: event.index, isOwn: false };
        choice.part.from = choice.part.kind === 'text' ? choice.part.text.length : 0;
        return '';
      case 'reasoning-start':
        choice.front = { index: event.index, isOwn: event.provenance === GEMINI };
        return '';
      case 'tool-call-start':
        choice.front = {
          index: event.index,
          isOwn: false,
          call: { id: event.id, name: event.name, argumentsText: '' },
        };
        return '';
      case 'text-delta':
      case 'refusal-delta':
        return this.#text(choice, event);
      case 'reasoning-delta':
        if (event.text === '') return '';
        if (choice.part.kind === 'thought') return this.#part(event.choice, { text: event.text, thought: true });
        return this.#otherPart(choice, event.choice, { text: event.text, thought: true }, 'thought');
      case 'tool-call-delta':
        if (choice.front?.call !== undefined) choice.front.call.argumentsText += event.argumentsText;
        return '';
      case 'text-end':
        if (event.citations !== undefined && choice.part.kind === 'text') {
          addCitations(choice.grounding, event.citations, choice.part);
          choice.isUngrounded = true;
        }
        choice.front = undefined;
        return this.#lastPart(choice, event.choice, { text: '', ...ownFields(GEMINI, event.extensions) });
      case 'refusal-end':
        choice.front = undefined;
        return this.#lastPart(choice, event.choice, { text: '', ...ownFields(GEMINI, event.extensions) });
      case 'reasoning-end': {
        const signature = choice.front?.isOwn ? event.signature : undefined;
        const own = compact({ ...ownFields(GEMINI, event.extensions), thoughtSignature: signature });
        choice.front = undefined;
        return this.#lastPart(choice, event.choice, { text: '', thought: true, ...own });
      }
      case 'tool-call-end':
        return this.#call(choice, event);
      case 'opaque':
        if (event.block.dialect === GEMINI) return this.#otherPart(choice, event.choice, event.block.value);
        return event.block.step === undefined ? '' : this.#step(choice, event.choice, event.block.step);
      case 'redacted-reasoning':
        return '';
      default:
        return assertNever(event);
    }
  }

  #step(choice: ChoiceState, number: number, step: ServerToolStep): string {
    const parts = writeParts(step);
    if (parts.length === 0) choice.steps.push(step);
    return parts.map((part) => this.#otherPart(choice, number, part)).join('');
  }

  /** What was known only at the end of a block: its signature, and other fields of this dialect. The next text is another part. */
  #lastPart(choice: ChoiceState, index: number, part: JsonObject): string {
    if (Object.keys(part).every((key) => key === 'text' || key === 'thought')) return '';
    const told = this.#ground(choice, index);
    choice.part.kind = 'other';
    return told + this.#part(index, part);
  }

  #call(choice: ChoiceState, event: Extract<StreamEvent, { type: 'tool-call-end' }>): string {
    const call = choice.front?.call;
    choice.front = undefined;
    if (call === undefined) return '';
    const functionCall = { id: call.id, name: call.name, args: encodeToolInput(call.argumentsText).input };
    return this.#otherPart(choice, event.choice, withFields({ functionCall }, ownFields(GEMINI, event.extensions)));
  }
}

function createChoice(): ChoiceState {
  return {
    waiting: [],
    steps: [],
    part: { kind: 'other', index: -1, text: '', from: 0 },
    grounding: createGrounding(),
    isUngrounded: false,
  };
}

function enterPart(choice: ChoiceState, kind: ChoiceState['part']['kind']): void {
  choice.part = { kind, index: choice.part.index + 1, text: '', from: 0 };
}

function addWaiting(choice: ChoiceState, event: BlockEvent): void {
  const known = choice.waiting.find(([first]) => first?.index === event.index);
  if (known === undefined) choice.waiting.push([event]);
  else known.push(event);
}
