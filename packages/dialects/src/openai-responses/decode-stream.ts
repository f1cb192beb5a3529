import { ERROR_CODES, lookUp, type ErrorCode, type GatewayErrorData, type StreamEvent } from '@switchyard/canonical';

import type { JsonObject, StreamDecoder } from '../dialect.js';
import { extensionsOf } from '../extensions/extensions.js';
import { compact, isJsonObject, parseJson, restOf } from '../json/json-object.js';
import { countOf, objectOf, objectsOf, stringOf, wordOf } from '../json/read-json.js';
import { classifyError } from '../openai-chat/classify-error.js';
import type { SseEvent } from '../sse/scan-sse.js';
import { calledWith, closeCall, completeCall, decodeCallDelta, isCall, openCall } from './decode-call-delta.js';
import { opaqueItem } from './decode-item.js';
import { closeParts, completePart, completeParts, decodePartDelta, enterPart, partType } from './decode-part-delta.js';
import { RESPONSE_FIELDS } from './decode-response.js';
import { createDecoderState, createItemState, decoderState, type ItemState, type PartState } from './decoder-state.js';
import { decodeFinish } from './finish.js';
import { matchOutput } from './match-output.js';
import { RESPONSES } from './reasoning-proof.js';
import { decodeUsage } from './usage.js';

export function createStreamDecoder(state?: unknown): StreamDecoder {
  return new ResponseDecoder(state);
}

/** The fields of events. `obfuscation` is padding against the guessing of texts by packet sizes, and means nothing. */
const EVENT_FIELDS = [
  'type',
  'sequence_number',
  'response',
  'item',
  'item_id',
  'output_index',
  'content_index',
  'summary_index',
  'annotation_index',
  'part',
  'delta',
  'text',
  'refusal',
  'arguments',
  'input',
  'name',
  'annotation',
  'logprobs',
  'status',
  'obfuscation',
];

/** Events of parts, by the kind of part they tell of; a summary's place has a field of its own. */
const PART_TYPES: Readonly<Record<string, PartState['type']>> = {
  'response.output_text': 'text',
  'response.refusal': 'refusal',
  'response.reasoning_text': 'reasoning',
  'response.reasoning_summary_text': 'summary',
};

/**
 * Reads the events of a response. Its terminal proof is `response.completed` or `response.incomplete`. An item is known by
 * its output index, since some vendors give it another id in every event. What no event told in time (texts, arguments, whole
 * items) is taken from the later events that repeat it, down to the response at the end.
 */
class ResponseDecoder implements StreamDecoder {
  readonly state;

  constructor(state: unknown) {
    this.state = state === undefined ? createDecoderState() : decoderState.parse(state);
  }

  next(event: SseEvent): readonly StreamEvent[] {
    const data = event.data.trim();
    if (this.state.phase === 'ended' || data === '' || data === '[DONE]') return [];
    const value = parseJson(data);
    if (!isJsonObject(value)) {
      return this.#fail(failure('upstream_malformed', 'the provider sent an event that is no JSON'));
    }
    const type = stringOf(value['type']) ?? event.event ?? '';
    if (type === 'error' || (value['error'] && !type.startsWith('response.')))
      return this.#fail(classifyError(errorOf(value)));
    return this.#read(type, value);
  }

  end(): readonly StreamEvent[] {
    if (this.state.phase === 'ended') return [];
    return this.#fail(failure('upstream_truncated', 'the provider closed its stream before the response was finished'));
  }

  #read(type: string, event: JsonObject): StreamEvent[] {
    switch (type) {
      case 'response.created':
      case 'response.in_progress':
      case 'response.queued':
        return this.#readHead(event);
      case 'response.output_item.added':
        return this.#begun(this.#addItem(event));
      case 'response.output_item.done':
        return this.#begun(this.#finishItem(this.#itemOf(event), objectOf(event['item'])));
      case 'response.content_part.added':
      case 'response.content_part.done':
      case 'response.reasoning_summary_part.added':
      case 'response.reasoning_summary_part.done':
        return this.#begun(this.#readPart(event, type.endsWith('.done')));
      case 'response.output_text.annotation.added':
        return this.#begun(this.#readAnnotation(event));
      case 'response.function_call_arguments.delta':
      case 'response.custom_tool_call_input.delta':
        return this.#begun(decodeCallDelta(this.state, this.#itemOf(event), stringOf(event['delta']) ?? ''));
      case 'response.function_call_arguments.done':
        return this.#begun(completeCall(this.state, this.#itemOf(event), event['arguments']));
      case 'response.custom_tool_call_input.done':
        return this.#begun(completeCall(this.state, this.#itemOf(event), event['input']));
      case 'response.completed':
      case 'response.incomplete':
        return this.#finish(event);
      case 'response.failed':
      case 'response.cancelled':
        return this.#fail(classifyError(objectOf(event['response'])));
      default:
        return this.#readOther(type, event);
    }
  }

  /** Whatever a stream begins with, the first event is its start. */
  #begun(events: StreamEvent[]): StreamEvent[] {
    return this.state.phase === 'waiting' ? [...this.#readHead({}), ...events] : events;
  }

  #readHead(event: JsonObject): StreamEvent[] {
    const response = objectOf(event['response']);
    const fields = { ...restOf(response, RESPONSE_FIELDS), ...restOf(event, EVENT_FIELDS) };
    if (this.state.phase === 'open') {
      this.#noteLateFields(fields);
      return [];
    }
    this.state.phase = 'open';
    this.state.fields = fields;
    const start: StreamEvent = compact({
      type: 'start' as const,
      id: wordOf(response['id']) ?? '',
      model: stringOf(response['model']) ?? '',
      createdAt: countOf(response['created_at']),
      extensions: extensionsOf(RESPONSES, fields),
    });
    return [start];
  }

  #noteLateFields(fields: JsonObject): void {
    for (const [key, value] of Object.entries(fields)) {
      if (JSON.stringify(this.state.fields[key]) !== JSON.stringify(value)) this.state.lateFields[key] = value;
    }
  }

  /** The item an event tells of, with the fields of the event that are not known kept for it. */
  #itemOf(event: JsonObject): ItemState {
    const { items } = this.state;
    const id = wordOf(event['item_id']) ?? wordOf(objectOf(event['item'])['id']);
    const key = countOf(event['output_index']) ?? this.#keyOf(id);
    const item = (items[key] ??= createItemState({ type: kindOf(event), ...(id !== undefined && { id }) }));
    const extras = restOf(event, EVENT_FIELDS);
    if (extras !== undefined) Object.assign(item.extras, extras);
    return item;
  }

  /** Where a vendor tells no output index: the item of the id, else the last one. */
  #keyOf(id: string | undefined): string {
    const known = Object.entries(this.state.items);
    const match = known.find(([, { item }]) => id !== undefined && item['id'] === id) ?? known.at(-1);
    return match?.[0] ?? '0';
  }

  #addItem(event: JsonObject): StreamEvent[] {
    const item = this.#itemOf(event);
    if (item.isClosed) return [];
    learn(item, objectOf(event['item']));
    // Some vendors tell a call whole with its first event.
    return isCall(item)
      ? [...openCall(this.state, item), ...completeCall(this.state, item, calledWith(item.item))]
      : [];
  }

  #readPart(event: JsonObject, isDone: boolean): StreamEvent[] {
    const item = this.#itemOf(event);
    const given = objectOf(event['part']);
    const summaryIndex = countOf(event['summary_index']);
    const key = summaryIndex === undefined ? `c${countOf(event['content_index']) ?? 0}` : `s${summaryIndex}`;
    const { part, events } = enterPart(this.state, item, { key, type: partType(given['type']) });
    return isDone || part.type === 'other' ? [...events, ...completePart(part, given)] : events;
  }

  #readAnnotation(event: JsonObject): StreamEvent[] {
    const key = `c${countOf(event['content_index']) ?? 0}`;
    const { part, events } = enterPart(this.state, this.#itemOf(event), { key, type: 'text' });
    const annotations = objectsOf(part.fields['annotations']);
    part.fields['annotations'] = [...annotations, ...objectsOf([event['annotation']])];
    return events;
  }

  /** The texts of parts, whatever their kind, and what is not known. */
  #readOther(type: string, event: JsonObject): StreamEvent[] {
    const dot = type.lastIndexOf('.');
    const partKind = lookUp(PART_TYPES, type.slice(0, dot));
    const verb = type.slice(dot + 1);
    if (partKind !== undefined && (verb === 'delta' || verb === 'done')) {
      return this.#begun(this.#readText(partKind, event, verb === 'done'));
    }
    if (type === 'keepalive' || type === 'ping') return [{ type: 'ping' }];
    const item = lookUp(this.state.items, String(event['output_index']));
    // The steps of a server's own tool are not kept: its item tells all of them when it is done.
    const isStep = item !== undefined && !isCall(item) && !hasParts(item);
    if (!isStep) this.state.events.push({ ...event });
    return [];
  }

  #readText(type: PartState['type'], event: JsonObject, isDone: boolean): StreamEvent[] {
    const index =
      type === 'summary' ? `s${countOf(event['summary_index']) ?? 0}` : `c${countOf(event['content_index']) ?? 0}`;
    const { part, events } = enterPart(this.state, this.#itemOf(event), { key: index, type });
    if (!isDone) {
      return [...events, ...decodePartDelta(part, stringOf(event['delta']) ?? '', event['logprobs'])];
    }
    const { text, refusal, logprobs } = event;
    return [...events, ...completePart(part, { text, refusal, logprobs })];
  }

  #finishItem(item: ItemState, whole: JsonObject): StreamEvent[] {
    if (item.isClosed) return [];
    const events = this.#endItem(item, whole);
    item.isClosed = true;
    return events;
  }

  #endItem(item: ItemState, whole: JsonObject): StreamEvent[] {
    learn(item, whole);
    // An item of a provider's own making may have been told as a call and as parts; all that was begun is ended.
    const wasCalled = isCall(item) || item.blockIndex !== undefined;
    const wasSaid = hasParts(item) || item.parts.length > 0;
    const call = wasCalled ? completeCall(this.state, item, calledWith(item.item)) : [];
    if (wasCalled) call.push(...closeCall(this.state, item));
    if (wasSaid) return [...call, ...completeParts(this.state, item, item.item), ...closeParts(this.state, item)];
    if (wasCalled) return call;
    const index = this.state.nextBlockIndex;
    this.state.nextBlockIndex += 1;
    const value = { ...item.item, ...item.extras };
    return [{ type: 'opaque', block: opaqueItem(value), choice: 0, index }];
  }

  #finish(event: JsonObject): StreamEvent[] {
    const response = objectOf(event['response']);
    if (response['status'] === 'failed' || response['error']) return this.#fail(classifyError(response));
    const events = this.state.phase === 'waiting' ? this.#readHead(event) : [];
    const known = matchOutput(Object.values(this.state.items), objectsOf(response['output']));
    for (const [item, whole] of known) events.push(...this.#finishItem(item, whole));
    for (const item of Object.values(this.state.items)) events.push(...this.#finishItem(item, {}));
    this.#noteLateFields({ ...restOf(response, RESPONSE_FIELDS), ...restOf(event, EVENT_FIELDS) });
    const usage = decodeUsage(response['usage']);
    if (usage !== undefined) events.push({ type: 'usage', usage });
    const late = restOf(this.state.lateFields, []);
    const own = { ...(late && { response: late }), ...(this.state.events.length > 0 && { events: this.state.events }) };
    const finish = decodeFinish(
      { status: event['type'] === 'response.incomplete' ? 'incomplete' : 'completed', ...response },
      this.state.hasToolCalls,
    );
    events.push(compact({ type: 'finish' as const, choice: 0, finish, extensions: extensionsOf(RESPONSES, own) }));
    return this.#close([...events, { type: 'end' }]);
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

function hasParts({ item }: ItemState): boolean {
  return item['type'] === 'message' || item['type'] === 'reasoning';
}

/** What an `error` event says, beside it or within (both are seen); its own type is no type of an error. */
function errorOf(event: JsonObject): JsonObject {
  return isJsonObject(event['error']) ? event : { ...event, type: undefined };
}

/** The kind of item that an event tells of, where the item itself was never announced. */
function kindOf(event: JsonObject): string {
  const type = stringOf(event['type']) ?? '';
  if (type.startsWith('response.function_call')) return 'function_call';
  if (type.startsWith('response.custom_tool_call')) return 'custom_tool_call';
  return type.startsWith('response.reasoning') ? 'reasoning' : 'message';
}

function failure(code: ErrorCode, message: string): GatewayErrorData {
  return { code, message, status: ERROR_CODES[code].status };
}

/** Takes in what an event says of an item. Once something of the item was told, its kind is settled. */
function learn(item: ItemState, said: JsonObject): void {
  const { type } = item.item;
  const isSettled = item.blockIndex !== undefined || item.parts.length > 0;
  item.item = { ...item.item, ...said, type: isSettled ? type : (stringOf(said['type']) ?? type) };
}
