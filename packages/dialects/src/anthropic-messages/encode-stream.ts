import { assertNever, type DialectId, type Finish, type ServerToolStep } from '@switchyard/canonical';
import type { StreamEvent, Usage } from '@switchyard/canonical';
import { z } from 'zod';

import type { EncodeAnswerOptions, JsonObject, StreamEncoder } from '../dialect.js';
import { ownFields } from '../extensions/extensions.js';
import { isJsonObject } from '../json/json-object.js';
import { encodeSse } from '../sse/encode-sse.js';
import { createNotingEncoder, type BareStreamEncoder } from '../losses/noting-encoder.js';
import { sealProof } from '../made/proof.js';
import { identifyStep, NO_STEPS, type StepIdState } from '../made/step-ids.js';
import { MESSAGE_ANSWERS } from './answer-limits.js';
import { encodeCitations } from './citations.js';
import { ANTHROPIC } from './decode-content.js';
import { encodeStreamError } from './encode-error.js';
import { encodeFinish } from './finish.js';
import { placeLateFields } from './late-fields.js';
import { writeStep } from './server-steps.js';
import { encodeToolId } from './tool-ids.js';
import { encodeUsage } from './usage.js';

type StartEvent = Extract<StreamEvent, { type: 'start' }>;
type BlockEvent = Extract<StreamEvent, { readonly index: number }>;

/** The block that is being written. */
interface FrontBlock {
  /** Its canonical index. */
  readonly index: number;
  /** Whether its `content_block_start` was written. Anthropic's clients refuse empty text, so text waits for content. */
  readonly opened: boolean;
  /** Who made it, for reasoning: its signature names the maker. */
  readonly provenance?: DialectId | undefined;
}

interface EncoderState {
  readonly phase: 'before' | 'starting' | 'open' | 'ended';
  /** Held until the next event, since usage known by then belongs into `message_start`. */
  readonly start?: StartEvent | undefined;
  readonly front?: FrontBlock | undefined;
  /** Events of the blocks that wait for the front one to close, in the order the blocks began. */
  readonly waiting: readonly (readonly BlockEvent[])[];
  /** The next index on the wire. */
  readonly nextIndex: number;
  readonly usage?: Usage | undefined;
  readonly finish?: Finish | undefined;
  readonly late: JsonObject;
  readonly toolCalls: boolean;
  readonly refusal: boolean;
  readonly messageId: string;
  readonly steps: StepIdState;
}

const INITIAL: EncoderState = {
  phase: 'before',
  waiting: [],
  nextIndex: 0,
  late: {},
  toolCalls: false,
  refusal: false,
  messageId: '',
  steps: NO_STEPS,
};

const stateShape = z.custom<EncoderState>((value) => isJsonObject(value) && Array.isArray(value['waiting']));

export function createStreamEncoder(options: EncodeAnswerOptions, state?: unknown): StreamEncoder {
  return createNotingEncoder(
    MESSAGE_ANSWERS,
    (own) => new MessageStreamEncoder(options, own === undefined ? INITIAL : stateShape.parse(own)),
    state,
  );
}

/**
 * Writes one block at a time with rising indices, as the dialect requires. Canonical blocks may interleave (tool calls in
 * parallel), so what belongs to another block than the one at the front waits until that one is closed.
 */
class MessageStreamEncoder implements BareStreamEncoder {
  readonly #options: EncodeAnswerOptions;
  #state: EncoderState;

  constructor(options: EncodeAnswerOptions, state: EncoderState) {
    this.#options = options;
    this.#state = state;
  }

  get state(): unknown {
    return this.#state;
  }

  next(event: StreamEvent): string {
    if (this.#state.phase === 'ended') return '';
    switch (event.type) {
      case 'start':
        this.#change({ phase: 'starting', start: event, messageId: event.id });
        return '';
      case 'usage':
        this.#change({ usage: event.usage });
        return '';
      case 'ping':
        return this.#startMessage() + frame({ type: 'ping' });
      case 'error':
        this.#change({ phase: 'ended', waiting: [] });
        return encodeStreamError(event.error);
      case 'finish':
        if (event.choice !== 0) return '';
        this.#change({ finish: event.finish, late: ownFields(ANTHROPIC, event.extensions) });
        return this.#startMessage() + (event.steps ?? []).map((step) => this.#writeStep(step)).join('');
      case 'end':
        return this.#stopMessage();
      default:
        return event.choice === 0 ? this.#startMessage() + this.#takeBlockEvent(event) : '';
    }
  }

  #change(change: Partial<EncoderState>): void {
    this.#state = { ...this.#state, ...change };
  }

  #startMessage(): string {
    const { phase, start, usage } = this.#state;
    if (phase !== 'starting' || start === undefined) return '';
    this.#change({ phase: 'open', start: undefined });
    const message = {
      ...ownFields(ANTHROPIC, start.extensions),
      id: start.id,
      type: 'message',
      role: 'assistant',
      model: this.#options.model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: encodeUsage(usage),
    };
    return frame({ type: 'message_start', message });
  }

  #stopMessage(): string {
    const begun = this.#startMessage();
    if (this.#state.phase !== 'open') return begun;
    const { finish, usage, late, toolCalls, refusal } = this.#state;
    const { events, ...fields } = late;
    const { inDelta, beside } = placeLateFields(fields);
    const stop = encodeFinish(finish ?? { reason: 'stop' }, { toolCalls, refusal });
    this.#change({ phase: 'ended' });
    return (
      begun +
      (Array.isArray(events) ? events.filter(isJsonObject).map(frame).join('') : '') +
      frame({ type: 'message_delta', ...beside, delta: { ...inDelta, ...stop }, usage: encodeUsage(usage) }) +
      frame({ type: 'message_stop' })
    );
  }

  #takeBlockEvent(event: BlockEvent): string {
    const { front, waiting } = this.#state;
    if (front !== undefined && front.index !== event.index) {
      this.#change({ waiting: withWaiting(waiting, event) });
      return '';
    }
    const written = this.#writeBlockEvent(event);
    return this.#state.front === undefined ? written + this.#drainWaiting() : written;
  }

  /** Writes the blocks that waited, up to one that is still unfinished: that one is at the front now. */
  #drainWaiting(): string {
    let written = '';
    for (let next = this.#state.waiting[0]; next !== undefined; next = this.#state.waiting[0]) {
      this.#change({ waiting: this.#state.waiting.slice(1) });
      for (const event of next) written += this.#writeBlockEvent(event);
      if (this.#state.front !== undefined) break;
    }
    return written;
  }

  #writeBlockEvent(event: BlockEvent): string {
    switch (event.type) {
      case 'refusal-start':
        this.#change({ refusal: true, front: { index: event.index, opened: false } });
        return '';
      case 'text-start':
        this.#change({ front: { index: event.index, opened: false } });
        return '';
      case 'reasoning-start':
        this.#change({ front: { index: event.index, opened: false, provenance: event.provenance } });
        return '';
      case 'tool-call-start':
        this.#change({ toolCalls: true, front: { index: event.index, opened: false } });
        return this.#open({ type: 'tool_use', id: encodeToolId(event.id), name: event.name, input: {} });
      case 'text-delta':
      case 'refusal-delta':
        if (event.text === '') return '';
        return this.#open({ type: 'text', text: '' }) + this.#textDelta('"text_delta","text"', event.text);
      case 'reasoning-delta':
        if (event.text === '') return '';
        return this.#open(EMPTY_THINKING) + this.#textDelta('"thinking_delta","thinking"', event.text);
      case 'tool-call-delta':
        if (event.argumentsText === '') return '';
        return this.#textDelta('"input_json_delta","partial_json"', event.argumentsText);
      case 'text-end':
        return this.#close(ownFields(ANTHROPIC, event.extensions), encodeCitations(event.citations ?? []));
      case 'refusal-end':
      case 'tool-call-end':
        return this.#close(ownFields(ANTHROPIC, event.extensions));
      case 'reasoning-end':
        return this.#closeReasoning(event.signature, ownFields(ANTHROPIC, event.extensions));
      case 'redacted-reasoning': {
        const fields = ownFields(ANTHROPIC, event.extensions);
        return this.#writeWhole({ ...fields, type: 'redacted_thinking', data: sealProof(event, ANTHROPIC) });
      }
      case 'opaque':
        if (event.block.dialect === ANTHROPIC) return this.#writeWhole(event.block.value);
        return event.block.step === undefined ? '' : this.#writeStep(event.block.step);
      default:
        return assertNever(event);
    }
  }

  /** `content_block_start`, unless the block has it already. */
  #open(block: JsonObject): string {
    const { front, nextIndex } = this.#state;
    if (front?.opened) return '';
    this.#change({ front: front && { ...front, opened: true }, nextIndex: nextIndex + 1 });
    return frame({ type: 'content_block_start', index: nextIndex, content_block: block });
  }

  #delta(delta: unknown): string {
    return frame({ type: 'content_block_delta', index: this.#state.nextIndex - 1, delta });
  }

  /** `#delta` for what comes once per token, with all but the text written beforehand. */
  #textDelta(typeAndField: string, text: string): string {
    const index = this.#state.nextIndex - 1;
    return `event: content_block_delta\ndata: {"type":"content_block_delta","index":${index},"delta":{"type":${typeAndField}:${JSON.stringify(text)}}}\n\n`;
  }

  #closeReasoning(signature: string | undefined, fields: JsonObject): string {
    const { provenance = ANTHROPIC, opened } = this.#state.front ?? {};
    const proof = sealProof({ type: 'reasoning', provenance, data: signature ?? '' }, ANTHROPIC);
    if (proof === '' || (!signature && !opened)) return this.#close(fields);
    // A model may be asked to show no thinking; its block then holds nothing but the signature.
    const begun = this.#open(EMPTY_THINKING);
    return begun + this.#delta({ type: 'signature_delta', signature: proof }) + this.#close(fields);
  }

  /** Fields that were known only at the end come as deltas where the dialect has one for them, else beside the stop. */
  #close(fields: JsonObject, citations: readonly JsonObject[] = []): string {
    const isOpened = this.#state.front?.opened ?? false;
    this.#change({ front: undefined });
    if (!isOpened) return '';
    const { deltas, ...others } = fields;
    const written = [
      ...citations.map((citation) => this.#delta({ type: 'citations_delta', citation })),
      ...listOf(deltas).map((delta) => this.#delta(delta)),
    ];
    return written.join('') + frame({ type: 'content_block_stop', index: this.#state.nextIndex - 1, ...others });
  }

  /** A step of another provider's tool, in the blocks that clients of this dialect know. */
  #writeStep(step: ServerToolStep): string {
    const { state, id } = identifyStep(this.#state.steps, step, this.#state.messageId);
    this.#change({ steps: state });
    return writeStep(step, id)
      .map((block) => this.#writeWhole(block))
      .join('');
  }

  /** A block that came complete. Its input goes out as a delta, where clients look for it. */
  #writeWhole(value: JsonObject): string {
    const { deltas, ...block } = value;
    const input = isJsonObject(block['input']) ? block['input'] : undefined;
    const opened = this.#open(input === undefined ? block : { ...block, input: {} });
    const hasInput = input !== undefined && Object.keys(input).length > 0;
    const inputDelta = hasInput ? this.#delta({ type: 'input_json_delta', partial_json: JSON.stringify(input) }) : '';
    const others = listOf(deltas).map((delta) => this.#delta(delta));
    return (
      opened + inputDelta + others.join('') + frame({ type: 'content_block_stop', index: this.#state.nextIndex - 1 })
    );
  }
}

const EMPTY_THINKING = { type: 'thinking', thinking: '', signature: '' };

function withWaiting(waiting: EncoderState['waiting'], event: BlockEvent): EncoderState['waiting'] {
  const at = waiting.findIndex(([first]) => first?.index === event.index);
  return at === -1 ? [...waiting, [event]] : waiting.with(at, [...(waiting[at] ?? []), event]);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function frame(data: JsonObject): string {
  const event = typeof data['type'] === 'string' ? data['type'] : undefined;
  return encodeSse({ event, data: JSON.stringify(data) });
}
