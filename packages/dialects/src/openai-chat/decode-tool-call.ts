import type { ToolCallBlock } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { extensionsOf } from '../extensions/extensions.js';
import { wrapInput } from '../freeform/freeform.js';
import { compact, isJsonObject, restOf } from '../json/json-object.js';
import { objectOf, wordOf } from '../json/read-json.js';
import { readSignature } from './custom-calls.js';

/**
 * One entry of `tool_calls`, of a function or of a custom tool. `fallbackId` stands in where a vendor gives no id.
 */
export function decodeToolCall(call: JsonObject, fallbackId: string): ToolCallBlock {
  const { id, type, function: called, custom, index: _, ...rest } = call;
  const callId = wordOf(id) ?? fallbackId;
  if (type === 'custom' || (!called && isJsonObject(custom))) return decodeCustomCall(callId, objectOf(custom), rest);
  const { name, arguments: argumentsValue, ...more } = objectOf(called);
  return compact({
    type: 'tool-call' as const,
    id: callId,
    name: wordOf(name) ?? fallbackToolName(callId),
    arguments: decodeArguments(argumentsValue) || '{}',
    extensions: readSignature(extensionsOf('openai-chat', restOf({ ...rest, function: restOf(more, []) }, []))),
  });
}

function decodeCustomCall(id: string, { name, input, ...more }: JsonObject, rest: JsonObject): ToolCallBlock {
  return {
    type: 'tool-call',
    id,
    name: wordOf(name) ?? fallbackToolName(id),
    arguments: wrapInput(decodeArguments(input)),
    freeform: true,
    extensions: { 'openai-chat': { ...restOf(rest, []), custom: restOf(more, []) ?? {} } },
  };
}

/** A call without a name cannot be answered well; an unknown name lets the client tell the model so. */
export function fallbackToolName(id: string): string {
  return `unnamed_${id}`;
}

/** Arguments as JSON text. Ollama and others give an object instead. */
export function decodeArguments(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
}
