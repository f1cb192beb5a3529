import type { CanonicalRequest, Extensions, StreamEvent } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { ownFields } from '../extensions/extensions.js';
import { objectOf, wordOf } from '../json/read-json.js';
import { callHead } from './encode-assistant.js';
import { readInput, unwrapInput } from './freeform.js';
import { encodeOutputItem, encodeOutputPart } from './output-items.js';
import type { BlockPlace, EncoderState, OutputItem, OutputPart } from './output-items.js';
import { RESPONSES, sealProof } from './reasoning-proof.js';
import { findTool } from './tools.js';

export type BlockEvent = Extract<StreamEvent, { readonly index: number }>;
type Of<Type extends BlockEvent['type']> = Extract<BlockEvent, { type: Type }>;
type PartType = Exclude<BlockPlace['type'], 'call'>;

/** How the events of each kind of part are called, and the field that tells its place within the item. */
const PART_EVENTS = {
  output_text: { text: 'response.output_text', part: 'response.content_part', place: 'content_index' },
  refusal: { text: 'response.refusal', part: 'response.content_part', place: 'content_index' },
  other: { text: undefined, part: 'response.content_part', place: 'content_index' },
  reasoning_text: { text: 'response.reasoning_text', part: 'response.content_part', place: 'content_index' },
  summary_text: {
    text: 'response.reasoning_summary_text',
    part: 'response.reasoning_summary_part',
    place: 'summary_index',
  },
} as const;

/** (OpenAI API reference, the examples of each item) */
const ID_PREFIXES = { message: 'msg', reasoning: 'rs', function_call: 'fc', custom_tool_call: 'ctc', other: 'item' };

/**
 * Builds the output of a response from block events, and says what a stream tells of it: events without their sequence
 * numbers. Texts in a row are parts of one message, a call is an item of its own. A message ends once the next item begins
 * or the answer ends.
 */
export class OutputWriter {
  readonly #state: EncoderState;
  readonly #tools: CanonicalRequest['tools'];

  constructor(state: EncoderState, tools: CanonicalRequest['tools']) {
    this.#state = state;
    this.#tools = tools;
  }

  take(event: BlockEvent): JsonObject[] {
    switch (event.type) {
      case 'text-start':
        return this.#begin(event, 'output_text');
      case 'refusal-start':
        return this.#begin(event, 'refusal');
      case 'reasoning-start':
        return this.#begin(event, event.form === 'text' ? 'reasoning_text' : 'summary_text');
      case 'text-delta':
      case 'refusal-delta':
      case 'reasoning-delta':
        return this.#append(event);
      case 'text-end':
      case 'refusal-end':
        return this.#endText(event);
      case 'reasoning-end':
        return this.#endReasoning(event);
      case 'tool-call-start':
        return this.#beginCall(event);
      case 'tool-call-delta':
        return this.#appendArguments(event);
      case 'tool-call-end':
        return this.#endCall(event);
      case 'redacted-reasoning':
        return this.#writeRedacted(event);
      case 'opaque':
        return this.#writeOpaque(event);
    }
  }

  /** Ends what is still open when the answer ends. Only the last item can be the one that broke off. */
  endAll(status: 'completed' | 'incomplete'): JsonObject[] {
    const last = this.#state.items.length - 1;
    return this.#state.items.flatMap((item, index) => {
      if (item.status !== 'in_progress') return [];
      return this.#endItem(index, index === last ? status : 'completed');
    });
  }

  /** What is still open when the answer fails stays as far as it came. */
  breakOff(): void {
    for (const item of this.#state.items) if (item.status === 'in_progress') item.status = 'incomplete';
  }

  output(): readonly JsonObject[] {
    return this.#state.items.map(encodeOutputItem);
  }

  /** A block is written only once it has something to show: some upstreams open texts that stay empty. */
  #begin(event: Of<'text-start' | 'refusal-start' | 'reasoning-start'>, type: PartType): JsonObject[] {
    const provenance = event.type === 'reasoning-start' ? event.provenance : undefined;
    this.#state.blocks[event.index] = { type, id: itemIdOf(event.extensions), provenance };
    return [];
  }

  #append({ index, text }: Of<'text-delta' | 'refusal-delta' | 'reasoning-delta'>): JsonObject[] {
    const place = this.#state.blocks[index];
    if (place === undefined || place.type === 'call' || text === '') return [];
    const events = place.part === undefined ? this.#openPart(place, { type: place.type, text: '' }) : [];
    const part = this.#partAt(place);
    if (part === undefined) return events;
    part.text += text;
    const { text: name } = PART_EVENTS[part.type];
    const delta = { ...this.#address(place, `${name}.delta`), ...this.#placeOf(place), delta: text };
    return [...events, part.type === 'output_text' ? { ...delta, logprobs: [] } : delta];
  }

  #openPart(place: BlockPlace, content: Pick<OutputPart, 'type' | 'text'> & { fields?: JsonObject }): JsonObject[] {
    const isMessage = content.type !== 'summary_text' && content.type !== 'reasoning_text';
    const events = this.#enterItem(place, isMessage ? 'message' : 'reasoning');
    const part: OutputPart = { ...content, fields: { ...content.fields }, isDone: false };
    const item = this.#itemAt(place);
    place.part = (item?.parts.push(part) ?? 0) - 1;
    const added = this.#address(place, `${PART_EVENTS[part.type].part}.added`);
    return [...events, { ...added, ...this.#placeOf(place), part: encodeOutputPart(part) }];
  }

  #endText({ index, extensions }: Of<'text-end' | 'refusal-end'>): JsonObject[] {
    const place = this.#state.blocks[index];
    if (place?.part === undefined) return [];
    const { item: _item, message, ...fields } = ownFields(RESPONSES, extensions);
    this.#addFields(place, objectOf(message));
    return [...this.#endPart(place, fields), ...this.#settle(place)];
  }

  /** Reasoning may have nothing to show and still be an item: one that the client hands in again. */
  #endReasoning({ index, signature, extensions }: Of<'reasoning-end'>): JsonObject[] {
    const place = this.#state.blocks[index];
    if (place === undefined) return [];
    const { item: named, ...fields } = ownFields(RESPONSES, extensions);
    if (place.item === undefined && !signature && named === undefined) return [];
    const events = place.item === undefined ? this.#enterItem(place, 'reasoning') : this.#endPart(place, {});
    const data = signature ?? '';
    const proof = data !== '' && sealProof({ type: 'reasoning', provenance: place.provenance ?? RESPONSES, data });
    this.#addFields(place, { ...fields, ...(proof && { encrypted_content: proof }) });
    return [...events, ...this.#settle(place)];
  }

  #writeRedacted({ data, provenance, extensions }: Of<'redacted-reasoning'>): JsonObject[] {
    const place: BlockPlace = { type: 'summary_text', id: itemIdOf(extensions) };
    const { item: _item, ...fields } = ownFields(RESPONSES, extensions);
    const events = this.#enterItem(place, 'reasoning');
    this.#addFields(place, {
      ...fields,
      encrypted_content: sealProof({ type: 'redacted-reasoning', provenance, data }),
    });
    return [...events, ...this.#settle(place)];
  }

  /** An item of a server's own tool is told whole; a part that names its item belongs into that. */
  #writeOpaque({ block }: Of<'opaque'>): JsonObject[] {
    if (block.dialect !== RESPONSES) return [];
    if (block.extensions === undefined) {
      const place: BlockPlace = { type: 'call', id: wordOf(block.value['id']) };
      const events = this.#enterItem(place, 'other', block.value);
      return [...events, ...this.#endItem(place.item ?? 0, 'completed')];
    }
    const place: BlockPlace = { type: 'output_text', id: itemIdOf(block.extensions) };
    const events = this.#openPart(place, { type: 'other', text: '', fields: block.value });
    this.#addFields(place, objectOf(ownFields(RESPONSES, block.extensions)['message']));
    return [...events, ...this.#endPart(place, {}), ...this.#settle(place)];
  }

  #beginCall(event: Of<'tool-call-start'>): JsonObject[] {
    const tool = findTool(this.#tools, event.name);
    const freeform = event.freeform ?? tool?.freeform !== undefined;
    const call = { id: event.id, name: event.name, freeform, namespaced: event.namespaced ?? tool?.namespaced };
    const place: BlockPlace = { type: 'call', id: itemIdOf(event.extensions) };
    this.#state.blocks[event.index] = place;
    const { type: _type, ...fields } = callHead(call);
    return this.#enterItem(place, freeform ? 'custom_tool_call' : 'function_call', fields);
  }

  #appendArguments({ index, argumentsText }: Of<'tool-call-delta'>): JsonObject[] {
    const place = this.#state.blocks[index];
    const item = place && this.#itemAt(place);
    if (place === undefined || item === undefined || argumentsText === '') return [];
    item.argumentsText += argumentsText;
    if (item.type === 'function_call') return [this.#callDelta(place, argumentsText)];
    const { reader, text } = readInput(item.reader ?? { held: '', place: 'before' }, argumentsText);
    item.reader = reader;
    return text === '' ? [] : [this.#callDelta(place, text)];
  }

  #callDelta(place: BlockPlace, delta: string): JsonObject {
    const isFreeform = this.#itemAt(place)?.type === 'custom_tool_call';
    const name = isFreeform ? 'response.custom_tool_call_input' : 'response.function_call_arguments';
    return { ...this.#address(place, `${name}.delta`), delta };
  }

  #endCall({ index, extensions }: Of<'tool-call-end'>): JsonObject[] {
    const place = this.#state.blocks[index];
    const item = place && this.#itemAt(place);
    if (place?.item === undefined || item === undefined) return [];
    const { item: _item, ...fields } = ownFields(RESPONSES, extensions);
    this.#addFields(place, fields);
    return [...this.#argumentsDone(place, item), ...this.#endItem(place.item, 'completed')];
  }

  #argumentsDone(place: BlockPlace, item: OutputItem): JsonObject[] {
    if (item.type === 'custom_tool_call') {
      const input = unwrapInput(item.argumentsText);
      // What did not begin as the schema says was held back until here.
      const late = item.reader?.place === 'before' ? [this.#callDelta(place, input)] : [];
      return [...late, { ...this.#address(place, 'response.custom_tool_call_input.done'), input }];
    }
    const late = item.argumentsText === '' ? [this.#callDelta(place, '{}')] : [];
    item.argumentsText ||= '{}';
    const done = this.#address(place, 'response.function_call_arguments.done');
    return [...late, { ...done, name: item.fields['name'], arguments: item.argumentsText }];
  }

  #endPart(place: BlockPlace, fields: JsonObject): JsonObject[] {
    const part = this.#partAt(place);
    if (part === undefined || part.isDone) return [];
    part.isDone = true;
    part.fields = { ...part.fields, ...fields };
    const encoded = encodeOutputPart(part);
    const { text: name, part: partName } = PART_EVENTS[part.type];
    const where = this.#placeOf(place);
    const partDone = { ...this.#address(place, `${partName}.done`), ...where, part: encoded };
    if (name === undefined) return [partDone];
    const { annotations: _annotations, type: _type, ...told } = encoded;
    return [{ ...this.#address(place, `${name}.done`), ...where, ...told }, partDone];
  }

  /** Finds the item that a block belongs to, or adds one, and with that ends the one before it. */
  #enterItem(place: BlockPlace, type: OutputItem['type'], fields: JsonObject = {}): JsonObject[] {
    const { items } = this.#state;
    place.item = items.findLastIndex((item, index) => {
      if (item.type !== type || item.status !== 'in_progress') return false;
      return place.id === undefined
        ? !item.isNamed && index === items.length - 1 && type === 'message'
        : item.id === place.id;
    });
    if (place.item !== -1) return [];
    const ended = this.#endIfIdle(items.length - 1);
    place.item = items.length;
    const item: OutputItem = {
      type,
      id: place.id ?? this.#makeId(type, place.item),
      isNamed: place.id !== undefined,
      parts: [],
      argumentsText: '',
      fields: { ...fields },
      status: 'in_progress',
    };
    items.push(item);
    return [...ended, { type: 'response.output_item.added', output_index: place.item, item: encodeOutputItem(item) }];
  }

  /** Ends the item of a block that ended, unless more of it may come. */
  #settle(place: BlockPlace): JsonObject[] {
    const item = this.#itemAt(place);
    if (place.item === undefined || item === undefined) return [];
    const mayGoOn = place.item === this.#state.items.length - 1 && (item.isNamed || item.type === 'message');
    return mayGoOn ? [] : this.#endIfIdle(place.item);
  }

  #endIfIdle(index: number): JsonObject[] {
    const item = this.#state.items[index];
    const isCall = item?.type === 'function_call' || item?.type === 'custom_tool_call';
    if (item?.status !== 'in_progress' || isCall || item.parts.some((part) => !part.isDone)) return [];
    return this.#endItem(index, 'completed');
  }

  #endItem(index: number, status: 'completed' | 'incomplete'): JsonObject[] {
    const item = this.#state.items[index];
    if (item === undefined) return [];
    item.status = status;
    return [{ type: 'response.output_item.done', output_index: index, item: encodeOutputItem(item) }];
  }

  #addFields(place: BlockPlace, fields: JsonObject): void {
    const item = this.#itemAt(place);
    if (item !== undefined) item.fields = { ...item.fields, ...fields };
  }

  #itemAt(place: BlockPlace): OutputItem | undefined {
    return place.item === undefined ? undefined : this.#state.items[place.item];
  }

  #partAt(place: BlockPlace): OutputPart | undefined {
    return place.part === undefined ? undefined : this.#itemAt(place)?.parts[place.part];
  }

  #address(place: BlockPlace, type: string): JsonObject {
    return { type, item_id: this.#itemAt(place)?.id, output_index: place.item };
  }

  /** A part's place among the summaries, or among the contents, of its item. */
  #placeOf(place: BlockPlace): JsonObject {
    const part = this.#partAt(place);
    const field = PART_EVENTS[part?.type ?? 'output_text'].place;
    const before = this.#itemAt(place)?.parts.slice(0, place.part) ?? [];
    return { [field]: before.filter((other) => PART_EVENTS[other.type].place === field).length };
  }

  /** The same for the same answer every time. */
  #makeId(type: OutputItem['type'], index: number): string {
    const tail = this.#state.id.replaceAll(/[^a-zA-Z0-9]/g, '').slice(-MAX_ID_TAIL);
    return `${ID_PREFIXES[type]}_${tail}_${index}`;
  }
}

/** Ids that come back are taken up to 64 characters. (OpenAI API, error `string_above_max_length`) */
const MAX_ID_TAIL = 48;

function itemIdOf(extensions: Extensions | undefined): string | undefined {
  return wordOf(objectOf(ownFields(RESPONSES, extensions)['item'])['id']);
}
