import type { JsonObject } from '../dialect.js';
import { madeId } from '../made/made-id.js';
import { encodeOutputItem, PART_EVENTS, STEP_TYPES } from './output-items.js';
import type { BlockPlace, EncoderState, OutputItem, OutputPart } from './output-items.js';

/** (OpenAI API reference, the examples of each item) */
const ID_PREFIXES = {
  message: 'msg',
  reasoning: 'rs',
  function_call: 'fc',
  custom_tool_call: 'ctc',
  web_search_call: 'ws',
  code_interpreter_call: 'ci',
  other: 'item',
};

/** The items that say themselves when they end. */
const WAITING: readonly OutputItem['type'][] = ['function_call', 'custom_tool_call', ...STEP_TYPES];

/** Ids that come back are taken up to 64 characters. (OpenAI API, error `string_above_max_length`) */
const MAX_ID_TAIL = 48;

/** The items of a response, in the order they appear: each begins and ends with an event, and its parts have places. */
export class OutputList {
  readonly #state: Pick<EncoderState, 'id' | 'items'>;

  constructor(state: Pick<EncoderState, 'id' | 'items'>) {
    this.#state = state;
  }

  /** Finds the item that a block belongs to, or adds one, and with that ends the one before it. */
  enterItem(place: BlockPlace, type: OutputItem['type'], fields: JsonObject = {}): JsonObject[] {
    const { items } = this.#state;
    place.item = items.findLastIndex((item, index) => {
      if (item.type !== type || item.status !== 'in_progress') return false;
      return place.id === undefined
        ? !item.isNamed && index === items.length - 1 && type === 'message'
        : item.id === place.id;
    });
    if (place.item !== -1) return [];
    const ended = this.endIfIdle(items.length - 1);
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
  settle(place: BlockPlace): JsonObject[] {
    const item = this.itemAt(place);
    if (place.item === undefined || item === undefined) return [];
    const mayGoOn = place.item === this.#state.items.length - 1 && (item.isNamed || item.type === 'message');
    return mayGoOn ? [] : this.endIfIdle(place.item);
  }

  endIfIdle(index: number): JsonObject[] {
    const item = this.#state.items[index];
    if (
      item === undefined ||
      item.status !== 'in_progress' ||
      WAITING.includes(item.type) ||
      item.parts.some((part) => !part.isDone)
    )
      return [];
    return this.endItem(index, 'completed');
  }

  endItem(index: number, status: Exclude<OutputItem['status'], 'in_progress'>): JsonObject[] {
    const item = this.#state.items[index];
    if (item === undefined) return [];
    item.status = status;
    const completed = { type: `response.${item.type}.completed`, item_id: item.id, output_index: index };
    const step = isStep(item.type) && status === 'completed' ? [completed] : [];
    return [...step, { type: 'response.output_item.done', output_index: index, item: encodeOutputItem(item) }];
  }

  /** Begins the item of a step that its provider calls `stepId`. */
  addStep(type: OutputItem['type'], stepId: string | undefined, fields: JsonObject): JsonObject[] {
    const place: BlockPlace = { type: 'call' };
    const added = this.enterItem(place, type, fields);
    const item = this.itemAt(place);
    if (item !== undefined) item.stepId = stepId;
    return [...added, this.address(place, `response.${type}.in_progress`)];
  }

  /** The place of the last such item that has not ended: that of the id, where there is one. */
  openStep(type: OutputItem['type'], stepId: string | undefined): number {
    return this.#state.items.findLastIndex((item) => {
      const isMeant = stepId === undefined || item.stepId === stepId;
      return item.type === type && item.status === 'in_progress' && isMeant;
    });
  }

  addFields(place: BlockPlace, fields: JsonObject): void {
    const item = this.itemAt(place);
    if (item !== undefined) item.fields = { ...item.fields, ...fields };
  }

  itemAt(place: BlockPlace): OutputItem | undefined {
    return place.item === undefined ? undefined : this.#state.items[place.item];
  }

  partAt(place: BlockPlace): OutputPart | undefined {
    return place.part === undefined ? undefined : this.itemAt(place)?.parts[place.part];
  }

  address(place: BlockPlace, type: string): JsonObject {
    return { type, item_id: this.itemAt(place)?.id, output_index: place.item };
  }

  /** Adds a part to the item that a block has entered. */
  addPart(place: BlockPlace, content: Pick<OutputPart, 'type' | 'text' | 'fields'>): OutputPart {
    const parts = this.itemAt(place)?.parts ?? [];
    const field = PART_EVENTS[content.type].place;
    const before = parts.filter((other) => PART_EVENTS[other.type].place === field).length;
    const part: OutputPart = { ...content, place: before, isDone: false };
    place.part = parts.push(part) - 1;
    return part;
  }

  /** Ends what is still open when the answer ends. Only the last item can be the one that broke off. */
  endAll(status: 'completed' | 'incomplete'): JsonObject[] {
    const last = this.#state.items.length - 1;
    return this.#state.items.flatMap((item, index) => {
      if (item.status !== 'in_progress') return [];
      return this.endItem(index, index === last ? status : 'completed');
    });
  }

  /** What is still open when the answer fails stays as far as it came. */
  breakOff(): void {
    for (const item of this.#state.items) if (item.status === 'in_progress') item.status = 'incomplete';
  }

  output(): readonly JsonObject[] {
    return this.#state.items.map(encodeOutputItem);
  }

  /** The same for the same answer every time. */
  #makeId(type: OutputItem['type'], index: number): string {
    const tail = this.#state.id.replaceAll(/[^a-zA-Z0-9]/g, '').slice(-MAX_ID_TAIL);
    const name = `${tail}_${index}`;
    return isStep(type) ? madeId(ID_PREFIXES[type], name) : `${ID_PREFIXES[type]}_${name}`;
  }
}

function isStep(type: OutputItem['type']): boolean {
  return STEP_TYPES.some((step) => step === type);
}
