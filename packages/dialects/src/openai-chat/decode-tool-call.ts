import type { OpaqueBlock, ToolCallBlock } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { extensionsOf } from '../extensions/extensions.js';
import { compact, restOf } from '../json/json-object.js';
import { objectOf, wordOf } from '../json/read-json.js';

/**
 * One entry of `tool_calls`. Anything but a function call (custom tools) stays as it is. `fallbackId` stands in where a
 * vendor gives no id.
 */
export function decodeToolCall(call: JsonObject, fallbackId: string): ToolCallBlock | OpaqueBlock {
  const { id, type, function: called, index: _, ...rest } = call;
  const callId = wordOf(id) ?? fallbackId;
  if (called === undefined || called === null) {
    return { type: 'opaque', dialect: 'openai-chat', value: compact({ ...rest, id: callId, type }) };
  }
  const { name, arguments: argumentsValue, ...more } = objectOf(called);
  return compact({
    type: 'tool-call' as const,
    id: callId,
    name: wordOf(name) ?? fallbackToolName(callId),
    arguments: decodeArguments(argumentsValue) || '{}',
    extensions: extensionsOf('openai-chat', restOf({ ...rest, function: restOf(more, []) }, [])),
  });
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
