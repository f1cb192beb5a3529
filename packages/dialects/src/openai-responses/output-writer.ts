import type { CanonicalRequest, Citation, Extensions, ServerToolStep, StreamEvent } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { ownFields } from '../extensions/extensions.js';
import { objectOf, objectsOf, wordOf } from '../json/read-json.js';
import { sealProof } from '../made/proof.js';
import { encodeLogprobs } from '../openai-chat/logprobs.js';
import { encodeAnnotations } from './citations.js';
import { callHead } from './encode-assistant.js';
import { readInput, unwrapInput } from '../freeform/freeform.js';
import { encodeOutputPart, PART_EVENTS } from './output-items.js';
import type { BlockPlace, EncoderState, OutputItem, OutputPart } from './output-items.js';
import type { OutputList } from './output-list.js';
import { RESPONSES } from './reasoning-proof.js';
import { calledFields, stepItemType, withResult } from './server-steps.js';
import { findTool } from './tools.js';

export type BlockEvent = Extract<StreamEvent, { readonly index: number }>;
type Of<Type extends BlockEvent['type']> = Extract<BlockEvent, { type: Type }>;
type PartType = Exclude<BlockPlace['type'], 'call'>;

const NO_LOGPROBS = { logprobs: [] };

/**
 * Builds the output of a response from block events, and says what a stream tells of it: events without their sequence
 * numbers. Texts in a row are parts of one message, a call is an item of its own. A message ends once the next item begins
 * or the answer ends.
 */
export class OutputWriter {
  readonly #blocks: EncoderState['blocks'];
  readonly #list: OutputList;
  readonly #tools: CanonicalRequest['tools'];

  constructor(blocks: EncoderState['blocks'], list: OutputList, tools: CanonicalRequest['tools']) {
    this.#blocks = blocks;
    this.#list = list;
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

  /** A block is written only once it has something to show: some upstreams open texts that stay empty. */
  #begin(event: Of<'text-start' | 'refusal-start' | 'reasoning-start'>, type: PartType): JsonObject[] {
    const provenance = event.type === 'reasoning-start' ? event.provenance : undefined;
    this.#blocks[event.index] = { type, id: itemIdOf(event.extensions), provenance };
    return [];
  }

  #append(delta: Of<'text-delta' | 'refusal-delta' | 'reasoning-delta'>): JsonObject[] {
    const { index, text } = delta;
    const place = this.#blocks[index];
    const told = delta.type === 'text-delta' ? delta.logprobs : undefined;
    if (place === undefined || place.type === 'call' || (text === '' && told === undefined)) return [];
    const events = place.part === undefined ? this.#openPart(place, place.type) : [];
    const part = this.#list.partAt(place);
    if (part === undefined) return events;
    part.text += text;
    const logprobs = told === undefined ? NO_LOGPROBS : { logprobs: encodeLogprobs(told) };
    if (told !== undefined) part.fields['logprobs'] = [...objectsOf(part.fields['logprobs']), ...logprobs.logprobs];
    const { text: name, place: field } = PART_EVENTS[part.type];
    events.push({
      type: `${name}.delta`,
      item_id: this.#list.itemAt(place)?.id,
      output_index: place.item,
      [field]: part.place,
      delta: text,
      ...(part.type === 'output_text' && logprobs),
    });
    return events;
  }

  #openPart(place: BlockPlace, type: OutputPart['type'], fields: JsonObject = {}): JsonObject[] {
    const isMessage = type !== 'summary_text' && type !== 'reasoning_text';
    const events = this.#list.enterItem(place, isMessage ? 'message' : 'reasoning');
    const part = this.#list.addPart(place, { type, text: '', fields: { ...fields } });
    const { part: name, place: field } = PART_EVENTS[type];
    const added = { ...this.#list.address(place, `${name}.added`), [field]: part.place };
    return [...events, { ...added, part: encodeOutputPart(part) }];
  }

  #endText(event: Of<'text-end' | 'refusal-end'>): JsonObject[] {
    const place = this.#blocks[event.index];
    if (place?.part === undefined) return [];
    const { item: _item, message, ...fields } = ownFields(RESPONSES, event.extensions);
    this.#list.addFields(place, objectOf(message));
    const cited = event.type === 'text-end' && event.citations ? this.#annotate(place, event.citations) : [];
    return [...cited, ...this.#endPart(place, fields), ...this.#list.settle(place)];
  }

  /** Annotations are told with the end of their text, since those of a whole text end there. */
  #annotate(place: BlockPlace, citations: readonly Citation[]): JsonObject[] {
    const part = this.#list.partAt(place);
    const annotations = encodeAnnotations(citations, part?.text ?? '');
    if (part === undefined || annotations.length === 0) return [];
    part.fields['annotations'] = annotations;
    const where = { ...this.#list.address(place, 'response.output_text.annotation.added'), content_index: part.place };
    return annotations.map((annotation, index) => ({ ...where, annotation_index: index, annotation }));
  }

  /** Reasoning may have nothing to show and still be an item: one that the client hands in again. */
  #endReasoning({ index, signature, extensions }: Of<'reasoning-end'>): JsonObject[] {
    const place = this.#blocks[index];
    if (place === undefined) return [];
    const { item: named, ...fields } = ownFields(RESPONSES, extensions);
    if (place.item === undefined && !signature && named === undefined) return [];
    const events = place.item === undefined ? this.#list.enterItem(place, 'reasoning') : this.#endPart(place, {});
    const data = signature ?? '';
    const proof =
      data !== '' && sealProof({ type: 'reasoning', provenance: place.provenance ?? RESPONSES, data }, RESPONSES);
    this.#list.addFields(place, { ...fields, ...(proof && { encrypted_content: proof }) });
    return [...events, ...this.#list.settle(place)];
  }

  #writeRedacted({ data, provenance, extensions }: Of<'redacted-reasoning'>): JsonObject[] {
    const place: BlockPlace = { type: 'summary_text', id: itemIdOf(extensions) };
    const { item: _item, ...fields } = ownFields(RESPONSES, extensions);
    const events = this.#list.enterItem(place, 'reasoning');
    this.#list.addFields(place, {
      ...fields,
      encrypted_content: sealProof({ type: 'redacted-reasoning', provenance, data }, RESPONSES),
    });
    return [...events, ...this.#list.settle(place)];
  }

  /** An item of a server's own tool is told whole; a part that names its item belongs into that. */
  #writeOpaque({ block }: Of<'opaque'>): JsonObject[] {
    if (block.dialect !== RESPONSES) return block.step === undefined ? [] : this.writeStep(block.step);
    if (block.extensions === undefined) {
      const place: BlockPlace = { type: 'call', id: wordOf(block.value['id']) };
      const events = this.#list.enterItem(place, 'other', block.value);
      return [...events, ...this.#list.endItem(place.item ?? 0, 'completed')];
    }
    const place: BlockPlace = { type: 'output_text', id: itemIdOf(block.extensions) };
    const events = this.#openPart(place, 'other', block.value);
    this.#list.addFields(place, objectOf(ownFields(RESPONSES, block.extensions)['message']));
    return [...events, ...this.#endPart(place, {}), ...this.#list.settle(place)];
  }

  /** A step of another provider's tool: its item begins with the call and ends with the result, if one is told. */
  writeStep(step: ServerToolStep): JsonObject[] {
    const type = stepItemType(step);
    const begun = step.call === undefined ? [] : this.#list.addStep(type, step.id, calledFields(step));
    const index = this.#list.openStep(type, step.id);
    if (step.result === undefined || index === -1) return begun;
    const place: BlockPlace = { type: 'call', item: index };
    this.#list.addFields(place, withResult(this.#list.itemAt(place)?.fields ?? {}, step));
    return [...begun, ...this.#list.endItem(index, step.result.isError ? 'failed' : 'completed')];
  }

  #beginCall(event: Of<'tool-call-start'>): JsonObject[] {
    const tool = findTool(this.#tools, event.name);
    const freeform = event.freeform ?? tool?.freeform !== undefined;
    const call = { id: event.id, name: event.name, freeform, namespaced: event.namespaced ?? tool?.namespaced };
    const place: BlockPlace = { type: 'call', id: itemIdOf(event.extensions) };
    this.#blocks[event.index] = place;
    const { type: _type, ...fields } = callHead(call);
    return this.#list.enterItem(place, freeform ? 'custom_tool_call' : 'function_call', fields);
  }

  #appendArguments({ index, argumentsText }: Of<'tool-call-delta'>): JsonObject[] {
    const place = this.#blocks[index];
    const item = place && this.#list.itemAt(place);
    if (place === undefined || item === undefined || argumentsText === '') return [];
    item.argumentsText += argumentsText;
    if (item.type === 'function_call') return [this.#callDelta(place, argumentsText)];
    const { reader, text } = readInput(item.reader ?? { held: '', place: 'before' }, argumentsText);
    item.reader = reader;
    return text === '' ? [] : [this.#callDelta(place, text)];
  }

  #callDelta(place: BlockPlace, delta: string): JsonObject {
    const isFreeform = this.#list.itemAt(place)?.type === 'custom_tool_call';
    const name = isFreeform ? 'response.custom_tool_call_input' : 'response.function_call_arguments';
    return { ...this.#list.address(place, `${name}.delta`), delta };
  }

  #endCall({ index, extensions }: Of<'tool-call-end'>): JsonObject[] {
    const place = this.#blocks[index];
    const item = place && this.#list.itemAt(place);
    if (place?.item === undefined || item === undefined) return [];
    const { item: _item, ...fields } = ownFields(RESPONSES, extensions);
    this.#list.addFields(place, fields);
    return [...this.#argumentsDone(place, item), ...this.#list.endItem(place.item, 'completed')];
  }

  #argumentsDone(place: BlockPlace, item: OutputItem): JsonObject[] {
    if (item.type === 'custom_tool_call') {
      const input = unwrapInput(item.argumentsText);
      // What did not begin as the schema says was held back until here.
      const late = item.reader?.place === 'before' ? [this.#callDelta(place, input)] : [];
      return [...late, { ...this.#list.address(place, 'response.custom_tool_call_input.done'), input }];
    }
    const late = item.argumentsText === '' ? [this.#callDelta(place, '{}')] : [];
    item.argumentsText ||= '{}';
    const done = this.#list.address(place, 'response.function_call_arguments.done');
    return [...late, { ...done, name: item.fields['name'], arguments: item.argumentsText }];
  }

  #endPart(place: BlockPlace, fields: JsonObject): JsonObject[] {
    const part = this.#list.partAt(place);
    if (part === undefined || part.isDone) return [];
    part.isDone = true;
    part.fields = { ...part.fields, ...fields };
    const encoded = encodeOutputPart(part);
    const { text: name, part: partName, place: field } = PART_EVENTS[part.type];
    const where = { [field]: part.place };
    const partDone = { ...this.#list.address(place, `${partName}.done`), ...where, part: encoded };
    if (name === undefined) return [partDone];
    const { annotations: _annotations, type: _type, ...told } = encoded;
    return [{ ...this.#list.address(place, `${name}.done`), ...where, ...told }, partDone];
  }
}

function itemIdOf(extensions: Extensions | undefined): string | undefined {
  return wordOf(objectOf(ownFields(RESPONSES, extensions)['item'])['id']);
}
