import type { StreamEvent } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { extensionsOf } from '../extensions/extensions.js';
import { compact, isJsonObject, restOf } from '../json/json-object.js';
import { objectOf, stringOf, wordOf } from '../json/read-json.js';
import { readCitations } from './decode-grounding.js';
import { GEMINI, opaque } from './decode-parts.js';
import type { ChoiceState } from './decoder-state.js';
import { addPartialArgs } from './partial-args.js';

/** Where a part belongs, and what the ids of its calls begin with. */
export interface PartPlace {
  readonly choice: number;
  readonly responseId: string;
  /** Whether it is the first of its chunk, and so may go on with the last of the chunk before. */
  readonly isFirst: boolean;
}

/**
 * Takes in one part of an answer. Texts next to each other are one, up to a signature: it is the last thing of its part.
 * A part that we do not know stays as it is.
 */
export function decodeAnswerPart(state: ChoiceState, part: JsonObject, place: PartPlace): StreamEvent[] {
  const { text, functionCall } = part;
  if (typeof text === 'string') return decodeText(state, { ...part, text }, place);
  state.parts.push({ kind: 'other', block: -1, from: 0 });
  if (isJsonObject(functionCall)) return decodeCall(state, part, functionCall, place);
  if (Object.keys(part).length === 0) return [];
  const events = closeBlocks(state, place.choice);
  const index = takeIndex(state);
  return [...events, { type: 'opaque', choice: place.choice, index, block: opaque(part) }];
}

function decodeText(
  state: ChoiceState,
  part: JsonObject & { readonly text: string },
  { choice, isFirst }: PartPlace,
): StreamEvent[] {
  const { text, thought, ...rest } = part;
  const extras = restOf(rest, []);
  if (text === '' && extras === undefined) {
    if (!isFirst) state.parts.push({ kind: 'other', block: -1, from: 0 });
    return [];
  }
  const events: StreamEvent[] = [];
  const type = thought === true ? 'reasoning' : 'text';
  if (state.open?.type !== type) {
    events.push(...closeBlocks(state, choice));
    state.open = { type, index: takeIndex(state), extras: {} };
    const place = { choice, index: state.open.index };
    if (type === 'reasoning') events.push({ type: 'reasoning-start', provenance: GEMINI, ...place });
    else events.push({ type: 'text-start', ...place });
  }
  const { index } = state.open;
  const last = state.parts.at(-1);
  const said = state.texts[index] ?? '';
  if (!isFirst || last?.block !== index) {
    state.parts.push({ kind: type === 'text' ? 'text' : 'thought', block: index, from: said.length });
  }
  if (type === 'text') state.texts[index] = said + text;
  if (text !== '') events.push({ type: `${type}-delta` as const, choice, index, text });
  if (extras !== undefined) Object.assign(state.open.extras, extras);
  return extras?.['thoughtSignature'] === undefined ? events : [...events, ...closeBlocks(state, choice)];
}

/** A call comes whole, but from Vertex where the client asked for its arguments in pieces: those are gathered. */
function decodeCall(state: ChoiceState, part: JsonObject, called: JsonObject, place: PartPlace): StreamEvent[] {
  const { functionCall: _, ...beside } = part;
  const { id, name, args, partialArgs, willContinue, ...more } = called;
  const events: StreamEvent[] = [];
  if (state.call === undefined || wordOf(name) !== undefined) {
    events.push(...closeBlocks(state, place.choice));
    const index = takeIndex(state);
    const callId =
      wordOf(id) ?? ['call', place.responseId, place.choice, state.callCount].filter((word) => word !== '').join('_');
    state.callCount += 1;
    state.call = { index, args: {}, extras: {} };
    const start = { choice: place.choice, index, id: callId, name: stringOf(name) ?? `unnamed_${callId}` };
    events.push({ type: 'tool-call-start', ...start });
  }
  const { call } = state;
  call.args = { ...addPartialArgs(call.args, partialArgs), ...objectOf(args) };
  Object.assign(call.extras, restOf({ ...beside, functionCall: restOf(more, []) }, []));
  return willContinue === true ? events : [...events, ...closeBlocks(state, place.choice)];
}

/** Ends what is being written, if anything is. */
export function closeBlocks(state: ChoiceState, choice: number): StreamEvent[] {
  return [...closeText(state, choice), ...closeCall(state, choice)];
}

function closeText(state: ChoiceState, choice: number): StreamEvent[] {
  if (state.open === undefined) return [];
  const { type, index, extras } = state.open;
  state.open = undefined;
  if (type === 'text') {
    const told = readCitations(state).flatMap(({ block, citation }) => (block === index ? [citation] : []));
    state.citationCount += told.length;
    const citations = told.length > 0 ? told : undefined;
    return [compact({ type: 'text-end' as const, choice, index, citations, extensions: extensionsOf(GEMINI, extras) })];
  }
  const { thoughtSignature, ...others } = extras;
  const extensions = extensionsOf(GEMINI, others);
  return [compact({ type: 'reasoning-end' as const, choice, index, signature: wordOf(thoughtSignature), extensions })];
}

function closeCall(state: ChoiceState, choice: number): StreamEvent[] {
  if (state.call === undefined) return [];
  const { index, args, extras } = state.call;
  state.call = undefined;
  return [
    { type: 'tool-call-delta', choice, index, argumentsText: JSON.stringify(args) },
    compact({ type: 'tool-call-end' as const, choice, index, extensions: extensionsOf(GEMINI, extras) }),
  ];
}

function takeIndex(state: ChoiceState): number {
  state.nextBlockIndex += 1;
  return state.nextBlockIndex - 1;
}
