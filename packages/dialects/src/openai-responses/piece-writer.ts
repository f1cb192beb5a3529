import type { StreamEvent } from '@switchyard/canonical';

import { PART_EVENTS, type EncoderState, type OutputItem, type OutputPart } from './output-items.js';
import { writePiece, type WrittenText, type WrittenTexts } from './written-texts.js';

type TextDelta = Extract<StreamEvent, { type: 'text-delta' | 'refusal-delta' | 'reasoning-delta' }>;
type ArgumentsDelta = Extract<StreamEvent, { type: 'tool-call-delta' }>;

/** A block whose pieces are being written. It follows from the state, so it need not move with it. */
interface OpenBlock {
  readonly owner: OutputPart | OutputItem;
  readonly written: WrittenText;
  /** What a frame says before its piece, and between that and its number. */
  readonly head: string;
  readonly tail: string;
}

/**
 * Writes what comes once per token, a further piece of a text or of a function's arguments (with no probabilities): the same frames as by way of
 * `ResponseWriter`, with all that does not change from one to the next written beforehand.
 */
export class PieceWriter {
  readonly #state: EncoderState;
  readonly #texts: WrittenTexts;
  readonly #open: OpenBlock[] = [];

  constructor(state: EncoderState, texts: WrittenTexts) {
    this.#state = state;
    this.#texts = texts;
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
    let open = this.#open[index];
    if (open?.owner !== part) {
      const { text: name, place: field } = PART_EVENTS[part.type];
      const told = { type: `${name}.delta`, item_id: item.id, output_index: place.item, [field]: part.place };
      const logprobs = part.type === 'output_text' ? ',"logprobs":[]' : '';
      open = openBlock(part, this.#texts.begin(part.text), told, logprobs);
      this.#open[index] = open;
    }
    catchUp(open.written, part.text);
    const frame = this.#frame(open, text);
    part.text = open.written.text;
    return frame;
  }

  /** The input of a freeform call is told otherwise. */
  #writeArguments({ choice, index, argumentsText }: ArgumentsDelta): string | undefined {
    const place = this.#state.blocks[index];
    if (choice !== 0 || argumentsText === '' || place?.item === undefined) return undefined;
    const item = this.#state.items[place.item];
    if (item?.type !== 'function_call') return undefined;
    let open = this.#open[index];
    if (open?.owner !== item) {
      const told = { type: 'response.function_call_arguments.delta', item_id: item.id, output_index: place.item };
      open = openBlock(item, this.#texts.begin(item.argumentsText), told, '');
      this.#open[index] = open;
    }
    const frame = this.#frame(open, argumentsText);
    item.argumentsText = open.written.text;
    return frame;
  }

  #frame({ written, head, tail }: OpenBlock, piece: string): string {
    const json = writePiece(piece);
    written.text += piece;
    written.pieces.push(json);
    const number = this.#state.nextSequenceNumber;
    this.#state.nextSequenceNumber += 1;
    return `${head}${json}${tail}${number}}\n\n`;
  }
}

/** Pieces with token probabilities came by way of `ResponseWriter`. */
function catchUp(written: WrittenText, text: string): void {
  const missed = text.slice(written.text.length);
  if (missed === '') return;
  written.text = text;
  written.pieces.push(writePiece(missed));
}

function openBlock(
  owner: OpenBlock['owner'],
  written: WrittenText,
  told: { readonly type: string },
  logprobs: string,
): OpenBlock {
  const head = `event: ${told.type}\ndata: ${JSON.stringify(told).slice(0, -1)},"delta":"`;
  return { owner, written, head, tail: `"${logprobs},"sequence_number":` };
}
