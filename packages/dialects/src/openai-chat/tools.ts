import type { CanonicalRequest, OpaqueTool, ServerTool, Tool, ToolChoice, ToolDefinition } from '@switchyard/canonical';

import type { EncodeRequestOptions, JsonObject } from '../dialect.js';
import { extensionsOf, ownFields } from '../extensions/extensions.js';
import { freeformParameters } from '../freeform/freeform.js';
import { compact, isJsonObject, restOf } from '../json/json-object.js';
import { objectOf } from '../json/read-json.js';
import type { ToolNameRule } from '../tool-names/tool-names.js';
import { toolPath } from '../losses/field-path.js';
import { decodeCacheMark } from './decode-parts.js';
import type { LossLog } from '../losses/loss-log.js';
import { withFields } from '../extensions/merge-fields.js';
import { decodeWebSearch, encodeWebSearch } from './web-search.js';
import type { WireRequest, WireTool } from './wire-request.js';

/** "a-z, A-Z, 0-9, or underscores and dashes, with a maximum length of 64" (OpenAI API reference, function.name). */
export const TOOL_NAMES: ToolNameRule = {
  legal: /^[a-zA-Z0-9_-]{1,64}$/,
  illegalCharacters: /[^a-zA-Z0-9_-]/g,
  maxLength: 64,
};

/** The search that providers run themselves is a parameter beside the tools. */
export function decodeTools({ tools, web_search_options }: WireRequest): Tool[] {
  const search = decodeWebSearch(web_search_options);
  return [...(tools ?? []).map(decodeTool), ...(search === undefined ? [] : [search])];
}

/** Vendors' own tools stay as they are. */
function decodeTool(tool: WireTool): ToolDefinition | OpaqueTool {
  if (tool.type === 'custom' && tool.custom) return decodeCustom(tool, tool.custom);
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

/** Where it goes out in this dialect again, what is kept of it says that it came as a custom tool, be it empty. */
function decodeCustom(tool: WireTool, definition: NonNullable<WireTool['custom']>): ToolDefinition {
  const { type: _type, custom: _custom, function: _function, cache_control, ...rest } = tool;
  const { name, description, format, ...more } = definition;
  const textFormat = format ? decodeFormat(format) : undefined;
  return compact({
    type: 'function' as const,
    name,
    description: description ?? undefined,
    parameters: freeformParameters(textFormat),
    freeform: compact({ format: textFormat }),
    cache: decodeCacheMark(cache_control),
    extensions: extensionsOf('openai-chat', { ...restOf(rest, []), custom: restOf(more, []) ?? {} }),
  });
}

/** A grammar stands in an object of its own here, unlike in the canonical words, which are those of openai-responses. */
function decodeFormat(format: JsonObject): JsonObject {
  const { grammar, ...rest } = format;
  return isJsonObject(grammar) ? { ...rest, ...grammar } : format;
}

function encodeFormat(format: JsonObject): JsonObject {
  if (format['type'] !== 'grammar') return format;
  const { type, ...grammar } = format;
  return { type, grammar };
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
      const { function: called, custom } = objectOf(choice);
      const { name } = objectOf(called ?? custom);
      return typeof name === 'string' ? { type: 'tool', name } : undefined;
    }
  }
}

/** The fields of a request that are about tools. The API refuses choices among no tools, so those are a loss. */
export function encodeTools(request: CanonicalRequest, { model }: EncodeRequestOptions, log: LossLog): JsonObject {
  const search = encodeWebSearch(request.tools.filter(isServerTool), model, log);
  const web_search_options = search && { web_search_options: search };
  const tools = request.tools.filter((tool) => !isServerTool(tool)).flatMap((tool) => encodeTool(tool, model, log));
  if (tools.length > 0) {
    return compact({
      tools,
      tool_choice: encodeToolChoice(request, model, log),
      parallel_tool_calls: request.parallelToolCalls,
      ...web_search_options,
    });
  }
  if (request.toolChoice !== undefined) log.dropped('toolChoice', 'there is no tool to choose');
  if (request.parallelToolCalls !== undefined) log.dropped('parallelToolCalls', 'there is no tool to call');
  return { ...web_search_options };
}

function isServerTool(tool: Tool): tool is ServerTool {
  return tool.type === 'server-tool';
}

function encodeTool(tool: Exclude<Tool, ServerTool>, model: string, log: LossLog): JsonObject[] {
  const path = toolPath(tool);
  if (tool.type === 'opaque') {
    if (tool.dialect === 'openai-chat') return [tool.value];
    log.dropped(path, `only ${tool.dialect} has this tool`);
    return [];
  }
  log.cacheMark(tool.cache, path);
  log.foreignFields(tool.extensions, path);
  const { name, description, parameters, strict, freeform } = tool;
  const own = ownFields('openai-chat', tool.extensions);
  if (freeform !== undefined && isCustom(tool, model)) {
    if (tool.namespaced) log.toolKinds({ ...tool, freeform: undefined }, path);
    const format = freeform.format && encodeFormat(freeform.format);
    return [withFields({ type: 'custom', custom: compact({ name, description, format }) }, own)];
  }
  log.toolKinds(tool, path);
  return [withFields({ type: 'function', function: compact({ name, description, parameters, strict }) }, own)];
}

/** Whether a tool for free text goes as one: where the client wrote it so, and to the models that began with it. */
export function isCustom(
  { freeform, extensions }: Pick<ToolDefinition, 'freeform' | 'extensions'>,
  model: string,
): boolean {
  if (freeform === undefined) return false;
  return ownFields('openai-chat', extensions)['custom'] !== undefined || /(^|\/)gpt-[5-9]/.test(model);
}

function encodeToolChoice({ toolChoice: choice, tools }: CanonicalRequest, model: string, log: LossLog): unknown {
  switch (choice?.type) {
    case undefined:
    case 'auto':
    case 'none':
    case 'required':
      return choice?.type;
    case 'server-tool':
      log.dropped('toolChoice', 'openai-chat searches whenever it is asked to');
      return undefined;
    case 'tool': {
      const { name } = choice;
      const tool = definitionOf(tools, name);
      if (tool !== undefined && isCustom(tool, model)) return { type: 'custom', custom: { name } };
      return { type: 'function', function: { name } };
    }
  }
}

/** The tool that a model means by a name. */
export function definitionOf(tools: readonly Tool[], name: string): ToolDefinition | undefined {
  return tools.find((tool): tool is ToolDefinition => tool.type === 'function' && tool.name === name);
}
