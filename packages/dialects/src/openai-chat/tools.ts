import type { CanonicalRequest, OpaqueTool, ToolChoice, ToolDefinition } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { extensionsOf, ownFields } from '../extensions/extensions.js';
import { compact, isJsonObject, restOf } from '../json/json-object.js';
import type { ToolNameRule } from '../tool-names/tool-names.js';
import { toolPath } from '../losses/field-path.js';
import { decodeCacheMark } from './decode-parts.js';
import type { LossLog } from './loss-log.js';
import { withFields } from './merge-fields.js';
import type { WireTool } from './wire-request.js';

/** "a-z, A-Z, 0-9, or underscores and dashes, with a maximum length of 64" (OpenAI API reference, function.name). */
export const TOOL_NAMES: ToolNameRule = {
  legal: /^[a-zA-Z0-9_-]{1,64}$/,
  illegalCharacters: /[^a-zA-Z0-9_-]/g,
  maxLength: 64,
};

/** Custom and vendors' own tools stay as they are. */
export function decodeTool(tool: WireTool): ToolDefinition | OpaqueTool {
  if (tool.type !== 'function' || !tool.function) return { type: 'opaque', dialect: 'openai-chat', value: tool };
  const { type, function: definition, cache_control, ...rest } = tool;
  const { name, description, parameters, strict, ...more } = definition;
  return compact({
    type,
    name,
    description: description ?? undefined,
    parameters: parameters ?? undefined,
    strict: strict ?? undefined,
    cache: decodeCacheMark(cache_control),
    extensions: extensionsOf('openai-chat', restOf({ ...rest, function: restOf(more, []) }, [])),
  });
}

/** Undefined for a choice that only this dialect knows, such as `allowed_tools`. */
export function decodeToolChoice(choice: unknown): ToolChoice | undefined {
  switch (choice) {
    case 'auto':
    case 'none':
    case 'required':
      return { type: choice };
    // Mistral's word for `required`. (Mistral API reference, tool_choice)
    case 'any':
      return { type: 'required' };
    default: {
      const called = isJsonObject(choice) ? choice['function'] : undefined;
      const name = isJsonObject(called) ? called['name'] : undefined;
      return typeof name === 'string' ? { type: 'tool', name } : undefined;
    }
  }
}

/** The fields of a request that are about tools. The API refuses choices among no tools, so those are a loss. */
export function encodeTools(request: CanonicalRequest, log: LossLog): JsonObject {
  const tools = request.tools.map((tool) => encodeTool(tool, toolPath(tool), log)).filter(isJsonObject);
  if (tools.length > 0) {
    return compact({
      tools,
      tool_choice: request.toolChoice && encodeToolChoice(request.toolChoice),
      parallel_tool_calls: request.parallelToolCalls,
    });
  }
  if (request.toolChoice !== undefined) log.dropped('toolChoice', 'there is no tool to choose');
  if (request.parallelToolCalls !== undefined) log.dropped('parallelToolCalls', 'there is no tool to call');
  return {};
}

function encodeTool(tool: ToolDefinition | OpaqueTool, path: string, log: LossLog): JsonObject | undefined {
  if (tool.type === 'opaque') {
    if (tool.dialect === 'openai-chat') return tool.value;
    log.dropped(path, `only ${tool.dialect} has this tool`);
    return undefined;
  }
  log.cacheMark(tool.cache, path);
  log.foreignFields(tool.extensions, path);
  log.toolKinds(tool, path);
  const { name, description, parameters, strict } = tool;
  const encoded = { type: 'function', function: compact({ name, description, parameters, strict }) };
  return withFields(encoded, ownFields('openai-chat', tool.extensions));
}

function encodeToolChoice(choice: ToolChoice): unknown {
  return choice.type === 'tool' ? { type: 'function', function: { name: choice.name } } : choice.type;
}
