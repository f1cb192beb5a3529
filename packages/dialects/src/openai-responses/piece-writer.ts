import type { StreamEvent } from '@switchyard/canonical';

import { PART_EVENTS, type EncoderState, type OutputItem, type OutputPart } from './output-items.js';

type TextDelta = Extract<StreamEvent, { type: 'text-delta' | 'refusal-delta' | 'reasoning-delta' }>;
type ArgumentsDelta = Extract<StreamEvent, { type: 'tool-call-delta' }>;

/**
 * Writes what comes once per token, a further piece of a text or of a function's arguments (with no probabilities): the same frames as by way of
 * `ResponseWriter`, with all that does not change from one to the next written beforehand.
 */
export class PieceWriter {
  readonly #state: EncoderState;
  /** What a frame begins with, up to its piece. It follows from the state, so it need not move with it. */
  readonly #heads = new WeakMap<OutputPart | OutputItem, string>();

  constructor(state: EncoderState) {
    this.#state = state;
  }

  /** Takes in such a piece and returns its frame. Undefined, with nothing taken in, for any other event. */
  write(event: StreamEvent): string | undefined {
    if (this.#state.phase === 'ended') return undefined;
    switch (event.type) {
      case 'text-delta':
      case 'refusal-delta':
      case 'reasoning-delta':
        return 'logprobs' in event && event.logprobs !== undefined ? undefined : this.#writeText(event);
      case 'tool-call-delta':
        return this.#writeArguments(event);
      default:
        return undefined;
    }
  }

  #writeText({ choice, index, text }: TextDelta): string | undefined {
    const place = this.#state.blocks[index];
    if (choice !== 0 || text === '' || place?.item === undefined || place.part === undefined) return undefined;
    const item = this.#state.items[place.item];
    const part = item?.parts[place.part];
    if (item === undefined || part === undefined) return undefined;
    part.text += text;
    let head = this.#heads.get(part);
    if (head === undefined) {
      const { text: name, place: field } = PART_EVENTS[part.type];
      head = headOf(`${name}.delta`, { item_id: item.id, output_index: place.item, [field]: part.place });
      this.#heads.set(part, head);
    }
    return this.#frame(head, text, part.type === 'output_text' ? ',"logprobs":[]' : '');
  }

  /** The input of a freeform call is told otherwise. */
  #writeArguments({ choice, index, argumentsText }: ArgumentsDelta): string | undefined {
    const place = this.#state.blocks[index];
    if (choice !== 0 || argumentsText === '' || place?.item === undefined) return undefined;
    const item = this.#state.items[place.item];
    if (item?.type !== 'function_call') return undefined;
    item.argumentsText += argumentsText;
    let head = this.#heads.get(item);
    if (head === undefined) {
      head = headOf('response.function_call_arguments.delta', { item_id: item.id, output_index: place.item });
      this.#heads.set(item, head);
    }
    return this.#frame(head, argumentsText, '');
  }

  #frame(head: string, delta: string, logprobs: string): string {
    const number = this.#state.nextSequenceNumber;
    this.#state.nextSequenceNumber += 1;
    return `${head}${JSON.stringify(delta)}${logprobs},"sequence_number":${number}}\n\n`;
  }
}

function headOf(type: string, fields: Readonly<Record<string, unknown>>): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields }).slice(0, -1)},"delta":`;
}
