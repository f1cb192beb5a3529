import type { StreamEvent } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { extensionsOf } from '../extensions/extensions.js';
import { compact } from '../json/json-object.js';
import { objectsOf, stringOf } from '../json/read-json.js';
import { decodeLogprobs } from '../openai-chat/logprobs.js';
import { decodeAnnotations } from './citations.js';
import { decodeProof, identityOf, itemFields, reasoningExtensions } from './decode-item.js';
import { partFields } from './decode-parts.js';
import type { DecoderState, ItemState, PartState } from './decoder-state.js';
import { RESPONSES } from './reasoning-proof.js';

/** Where a part stands: its kind of index, and the number. */
export interface PartPlace {
  readonly key: string;
  readonly type: PartState['type'];
}

/** The kind of part that a `type` of content is. */
export function partType(type: unknown): PartState['type'] {
  switch (type) {
    case 'output_text':
    case 'text':
      return 'text';
    case 'refusal':
      return 'refusal';
    case 'summary_text':
      return 'summary';
    case 'reasoning_text':
      return 'reasoning';
    default:
      return 'other';
  }
}

/** The part at a place, opened if it was not; a part before it that is done is closed, since no more comes of it. */
export function enterPart(
  state: DecoderState,
  item: ItemState,
  place: PartPlace,
): { readonly part: PartState; readonly events: StreamEvent[] } {
  const known = item.parts.find((part) => part.key === place.key);
  if (known !== undefined) return { part: known, events: [] };
  // The end of an item told all of it: what comes after that is read into a part that nobody is told of.
  const { isClosed } = item;
  const events = item.parts.filter((part) => part.isDone).flatMap((part) => closePart(state, item, part));
  const part: PartState = {
    ...place,
    blockIndex: state.nextBlockIndex,
    length: 0,
    logprobs: 0,
    fields: {},
    isDone: false,
    isClosed,
  };
  // A part of an unknown kind is told at its end, and only then takes its place among the blocks.
  if (isClosed || part.type === 'other') {
    if (!isClosed) item.parts.push(part);
    return { part, events };
  }
  state.nextBlockIndex += 1;
  item.parts.push(part);
  return { part, events: [...events, ...startBlock(item, part)] };
}

/** `tokens` are the token probabilities that come with the piece. */
export function decodePartDelta(part: PartState, piece: string, tokens?: unknown): StreamEvent[] {
  const logprobs = part.type === 'text' ? decodeLogprobs(tokens) : undefined;
  if ((piece === '' && logprobs === undefined) || part.isClosed) return [];
  part.length += piece.length;
  part.logprobs += logprobs?.length ?? 0;
  const place = { choice: 0, index: part.blockIndex };
  switch (part.type) {
    case 'text':
      // Not by `compact`: this runs once per token, and objects that lost a key are slow to copy.
      return [{ type: 'text-delta', text: piece, ...(logprobs && { logprobs }), ...place }];
    case 'refusal':
      return [{ type: 'refusal-delta', text: piece, ...place }];
    case 'summary':
    case 'reasoning':
      return [{ type: 'reasoning-delta', text: piece, ...place }];
    case 'other':
      return [];
  }
}

/** A part as a whole: what of its text was not told yet, and what else it says. */
export function completePart(part: PartState, whole: JsonObject): StreamEvent[] {
  part.isDone = true;
  if (part.type === 'other') {
    part.fields = { ...whole, ...part.fields };
    return [];
  }
  // Only texts have token probabilities that we read.
  const known = part.type === 'text' ? ['text', 'refusal', 'logprobs'] : ['text', 'refusal'];
  part.fields = { ...part.fields, ...partFields(whole, known) };
  const text = stringOf(part.type === 'refusal' ? whole['refusal'] : whole['text']) ?? '';
  return decodePartDelta(part, text.slice(part.length), objectsOf(whole['logprobs']).slice(part.logprobs));
}

/** The parts of a finished message or reasoning item: those that no event told, and the end of all. */
export function completeParts(state: DecoderState, item: ItemState, whole: JsonObject): StreamEvent[] {
  const summaries = objectsOf(whole['summary']).map((part, index) => ({
    key: `s${index}`,
    type: 'summary' as const,
    part,
  }));
  const contents = objectsOf(whole['content']).map((part, index) => ({
    key: `c${index}`,
    type: partType(part['type']),
    part,
  }));
  return [...summaries, ...contents].flatMap(({ part: given, ...place }) => {
    const { part, events } = enterPart(state, item, place);
    return [...events, ...completePart(part, given)];
  });
}

/** Ends the blocks of an item; the last of them says what is true of the item as a whole. */
export function closeParts(state: DecoderState, item: ItemState): StreamEvent[] {
  const events: StreamEvent[] = [];
  if (item.item['type'] === 'reasoning' && item.parts.length === 0) events.push(...closeEmptyReasoning(state, item));
  const last = item.parts.at(-1);
  for (const part of item.parts) events.push(...closePart(state, item, part, part === last));
  return events;
}

function startBlock(item: ItemState, { type, blockIndex }: PartState): StreamEvent[] {
  const identity = identityOf(item.item);
  const start = { extensions: extensionsOf(RESPONSES, identity && { item: identity }), choice: 0, index: blockIndex };
  switch (type) {
    case 'text':
    case 'refusal':
      return [compact({ type: `${type}-start` as const, ...start })];
    case 'summary':
      return [
        compact({
          type: 'reasoning-start' as const,
          provenance: provenanceOf(item),
          form: 'summary' as const,
          ...start,
        }),
      ];
    case 'reasoning':
      return [
        compact({ type: 'reasoning-start' as const, provenance: provenanceOf(item), form: 'text' as const, ...start }),
      ];
    case 'other':
      return [];
  }
}

/** Known from the beginning, since the encrypted content is told with the item's first event as well. */
function provenanceOf({ item }: ItemState) {
  return decodeProof(item)?.provenance ?? RESPONSES;
}

function closePart(state: DecoderState, item: ItemState, part: PartState, isLast = false): StreamEvent[] {
  if (part.isClosed) return [];
  part.isClosed = true;
  const place = { choice: 0, index: part.blockIndex };
  if (part.type === 'summary' || part.type === 'reasoning') return [endReasoning(item, { part, isLast })];
  const identity = identityOf(item.item);
  const message = isLast ? { ...itemFields('message', item.item), ...item.extras } : {};
  const about = { ...(identity && { item: identity }), ...(Object.keys(message).length > 0 && { message }) };
  if (part.type === 'other') {
    const index = state.nextBlockIndex;
    state.nextBlockIndex += 1;
    const extensions = { [RESPONSES]: { item: identity ?? {}, ...about } };
    return [
      {
        type: 'opaque',
        block: { type: 'opaque', dialect: RESPONSES, value: part.fields, extensions },
        choice: 0,
        index,
      },
    ];
  }
  if (part.type === 'refusal') {
    const extensions = extensionsOf(RESPONSES, { ...about, ...part.fields });
    return [compact({ type: 'refusal-end' as const, extensions, ...place })];
  }
  const { annotations, ...fields } = part.fields;
  const extensions = extensionsOf(RESPONSES, { ...about, ...fields });
  return [compact({ type: 'text-end' as const, citations: decodeAnnotations(annotations), extensions, ...place })];
}

function endReasoning(item: ItemState, { part, isLast }: { part: PartState; isLast: boolean }): StreamEvent {
  const place = { choice: 0, index: part.blockIndex };
  const whole = isLast ? { ...item.item, ...item.extras } : { id: item.item['id'] };
  const own = { ...reasoningExtensions(whole)?.[RESPONSES], ...part.fields };
  const signature = isLast ? decodeProof(item.item)?.data : undefined;
  return compact({ type: 'reasoning-end' as const, signature, extensions: extensionsOf(RESPONSES, own), ...place });
}

/** Reasoning that nothing is shown of: a block with a proof and no text, or one that only its maker can read. */
function closeEmptyReasoning(state: DecoderState, item: ItemState): StreamEvent[] {
  const proof = decodeProof(item.item);
  const index = state.nextBlockIndex;
  state.nextBlockIndex += 1;
  const extensions = reasoningExtensions({ ...item.item, ...item.extras });
  const place = { choice: 0, index };
  if (proof?.type === 'redacted-reasoning') {
    return [
      compact({
        type: 'redacted-reasoning' as const,
        data: proof.data,
        provenance: proof.provenance,
        extensions,
        ...place,
      }),
    ];
  }
  return [
    compact({ type: 'reasoning-start' as const, provenance: provenanceOf(item), extensions, ...place }),
    compact({ type: 'reasoning-end' as const, signature: proof?.data, extensions, ...place }),
  ];
}
