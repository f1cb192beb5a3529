import type { StreamEvent } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { extensionsOf, ownFields } from '../extensions/extensions.js';
import { compact } from '../json/json-object.js';
import { wordOf } from '../json/read-json.js';
import { decodeArguments } from '../openai-chat/decode-tool-call.js';
import { callExtensions, decodeCall, decodeCalledName } from './decode-item.js';
import type { DecoderState, ItemState } from './decoder-state.js';
import { escapePiece, INPUT_HEAD, INPUT_TAIL } from '../freeform/freeform.js';
import { RESPONSES } from './reasoning-proof.js';

/** Whether an item is a call that the client answers. */
export function isCall({ item }: ItemState): boolean {
  return item['type'] === 'function_call' || item['type'] === 'custom_tool_call';
}

/** A piece of a call's arguments or input. The call opens once its id and name are known; until then the piece is held. */
export function decodeCallDelta(state: DecoderState, call: ItemState, piece: string): StreamEvent[] {
  // The end of an item told all of it.
  if (call.isClosed) return [];
  call.length += piece.length;
  call.held += piece;
  return openCall(state, call);
}

/** The arguments or the input as a whole: what of it was not told yet. */
export function completeCall(state: DecoderState, call: ItemState, whole: unknown): StreamEvent[] {
  return decodeCallDelta(state, call, decodeArguments(whole).slice(call.length));
}

/** What a call was asked with, whichever of the two kinds it is. */
export function calledWith(item: JsonObject): unknown {
  return item['type'] === 'custom_tool_call' ? item['input'] : item['arguments'];
}

/** Opens a call if its id and name are known, and tells what was held. */
export function openCall(state: DecoderState, call: ItemState): StreamEvent[] {
  const { item } = call;
  const events: StreamEvent[] = [];
  if (call.blockIndex === undefined) {
    if (wordOf(item['call_id']) === undefined || wordOf(item['name']) === undefined) return [];
    events.push(startCall(state, call, ''));
  }
  return [...events, ...flushHeld(call)];
}

/** Ends a call. What a vendor never gave is made up. */
export function closeCall(state: DecoderState, call: ItemState): StreamEvent[] {
  const events: StreamEvent[] = [];
  const isFreeform = call.item['type'] === 'custom_tool_call';
  if (!isFreeform && call.length === 0) call.held = '{}';
  if (call.blockIndex === undefined) events.push(startCall(state, call, `call_${state.nextBlockIndex}`));
  events.push(...flushHeld(call));
  const place = { choice: 0, index: call.blockIndex ?? 0 };
  if (isFreeform) {
    const argumentsText = call.length === 0 ? `${INPUT_HEAD}${INPUT_TAIL}` : INPUT_TAIL;
    events.push({ type: 'tool-call-delta', argumentsText, ...place });
  }
  const own = { ...ownFields(RESPONSES, callExtensions(call.item)), ...call.extras };
  return [...events, compact({ type: 'tool-call-end' as const, extensions: extensionsOf(RESPONSES, own), ...place })];
}

function startCall(state: DecoderState, call: ItemState, fallbackId: string): StreamEvent {
  const { id, freeform } = decodeCall(call.item, fallbackId);
  const index = state.nextBlockIndex;
  state.nextBlockIndex += 1;
  state.hasToolCalls = true;
  call.blockIndex = index;
  const extensions = callExtensions(call.item);
  const start = { type: 'tool-call-start' as const, id, ...decodeCalledName(call.item, id), freeform, extensions };
  return compact({ ...start, choice: 0, index });
}

function flushHeld(call: ItemState): StreamEvent[] {
  if (call.held === '' || call.blockIndex === undefined) return [];
  const { held } = call;
  call.held = '';
  const isFreeform = call.item['type'] === 'custom_tool_call';
  const head = isFreeform && call.length === held.length ? INPUT_HEAD : '';
  const argumentsText = isFreeform ? head + escapePiece(held) : held;
  return [{ type: 'tool-call-delta', choice: 0, index: call.blockIndex, argumentsText }];
}
