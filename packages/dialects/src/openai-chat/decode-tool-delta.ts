import type { StreamEvent } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { extensionsOf } from '../extensions/extensions.js';
import { escapePiece, INPUT_HEAD, INPUT_TAIL } from '../freeform/freeform.js';
import { compact, restOf } from '../json/json-object.js';
import { countOf, objectOf, stringOf, wordOf } from '../json/read-json.js';
import { decodeAnnotations } from './citations.js';
import { readSignature } from './custom-calls.js';
import { decodeArguments, fallbackToolName } from './decode-tool-call.js';
import type { ChoiceState, ToolCallState } from './decoder-state.js';
import { joinPieces } from '../extensions/merge-fields.js';

const ENTRY_FIELDS = ['index', 'id', 'type', 'function', 'custom'];
const CALLED_FIELDS = ['name', 'arguments', 'input'];

/**
 * Takes in one entry of a delta's `tool_calls`. A call opens when both its id and its name are known, whichever comes
 * first; repeated ones change nothing. What a vendor never gives is made up by `closeToolCalls`.
 */
export function decodeToolDelta(state: ChoiceState, choice: number, entry: JsonObject): StreamEvent[] {
  const called = objectOf(entry['function'] ?? entry['custom']);
  const toolCall = findToolCall(state, entry, called) ?? addToolCall(state, entry);
  toolCall.id ||= wordOf(entry['id']) ?? '';
  toolCall.name ||= wordOf(called['name']) ?? '';
  toolCall.held +=
    toolCall.kind === 'custom' ? escapePiece(stringOf(called['input']) ?? '') : decodeArguments(called['arguments']);
  const unknown = restOf({ ...restOf(entry, ENTRY_FIELDS), [toolCall.kind]: restOf(called, CALLED_FIELDS) }, []);
  if (unknown !== undefined) toolCall.extras = joinPieces(toolCall.extras, unknown);
  if (toolCall.id === '' || toolCall.name === '') return [];
  return [...openToolCall(state, choice, toolCall), ...flushArguments(toolCall, choice)];
}

/** Ends every call of a choice that is finished. */
export function closeToolCalls(state: ChoiceState, choice: number): StreamEvent[] {
  return state.toolCalls.flatMap((toolCall, place): StreamEvent[] => {
    toolCall.id ||= `call_${choice}_${place}`;
    toolCall.name ||= fallbackToolName(toolCall.id);
    const isCustom = toolCall.kind === 'custom';
    if (!isCustom && !toolCall.hasArguments && toolCall.held === '') toolCall.held = '{}';
    const opened = openToolCall(state, choice, toolCall);
    const index = toolCall.blockIndex ?? 0;
    const tail = isCustom ? [{ type: 'tool-call-delta' as const, choice, index, argumentsText: INPUT_TAIL }] : [];
    const own = { ...restOf(toolCall.extras, []), ...(isCustom && { custom: toolCall.extras['custom'] ?? {} }) };
    const extensions = readSignature(extensionsOf('openai-chat', own));
    const end: StreamEvent = compact({ type: 'tool-call-end' as const, choice, index, extensions });
    return [...opened, ...flushArguments(toolCall, choice), ...tail, end];
  });
}

/**
 * The call that an entry goes on with. Where the vendor gives no index its id tells, and without one it is the last call.
 * An id and a name that differ from those known begin another call, even at the same index (seen at Gemini's endpoint).
 */
function findToolCall(state: ChoiceState, entry: JsonObject, called: JsonObject): ToolCallState | undefined {
  const upstreamIndex = countOf(entry['index']);
  const id = wordOf(entry['id']);
  const isNamed = wordOf(called['name']) !== undefined;
  if (upstreamIndex === undefined && id !== undefined) return state.toolCalls.findLast((call) => call.id === id);
  const candidate =
    upstreamIndex === undefined
      ? state.toolCalls.at(-1)
      : state.toolCalls.findLast((call) => call.upstreamIndex === upstreamIndex);
  if (candidate === undefined || !isNamed) return candidate;
  const isOther = id === undefined ? upstreamIndex === undefined : candidate.id !== '' && candidate.id !== id;
  return isOther ? undefined : candidate;
}

function addToolCall(state: ChoiceState, entry: JsonObject): ToolCallState {
  const toolCall: ToolCallState = {
    upstreamIndex: countOf(entry['index']),
    kind: entry['type'] === 'custom' || (!entry['function'] && entry['custom']) ? 'custom' : 'function',
    id: '',
    name: '',
    held: '',
    hasArguments: false,
    extras: {},
  };
  state.toolCalls.push(toolCall);
  return toolCall;
}

function openToolCall(state: ChoiceState, choice: number, toolCall: ToolCallState): StreamEvent[] {
  if (toolCall.blockIndex !== undefined) return [];
  const index = state.nextBlockIndex;
  state.nextBlockIndex += 1;
  toolCall.blockIndex = index;
  const { id, name } = toolCall;
  const start = { type: 'tool-call-start' as const, choice, index, id, name };
  if (toolCall.kind === 'function') return [...closeOpenBlock(state, choice), start];
  return [
    ...closeOpenBlock(state, choice),
    { ...start, freeform: true, extensions: { 'openai-chat': { custom: {} } } },
    { type: 'tool-call-delta', choice, index, argumentsText: INPUT_HEAD },
  ];
}

function flushArguments(toolCall: ToolCallState, choice: number): StreamEvent[] {
  if (toolCall.held === '' || toolCall.blockIndex === undefined) return [];
  const argumentsText = toolCall.held;
  toolCall.held = '';
  toolCall.hasArguments = true;
  return [{ type: 'tool-call-delta', choice, index: toolCall.blockIndex, argumentsText }];
}

/** Ends the text, reasoning or refusal that is being written, if any. */
export function closeOpenBlock(state: ChoiceState, choice: number): StreamEvent[] {
  if (state.open === undefined) return [];
  const { type, index, from } = state.open;
  state.open = undefined;
  if (type !== 'text' || state.annotations.length === 0) return [{ type: `${type}-end` as const, choice, index }];
  const citations = decodeAnnotations(state.annotations, from);
  state.annotations = [];
  return [{ type: 'text-end', choice, index, citations }];
}
