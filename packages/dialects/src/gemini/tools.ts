import type { CanonicalRequest, Tool, ToolChoice, ToolDefinition } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { extensionsOf, ownFields } from '../extensions/extensions.js';
import { compact, restOf } from '../json/json-object.js';
import type { LossLog } from '../losses/loss-log.js';
import { withFields } from '../extensions/merge-fields.js';
import type { ToolNameRule } from '../tool-names/tool-names.js';
import { toolPath } from '../losses/field-path.js';
import { GEMINI } from './decode-parts.js';
import { decodeObjectSchema } from './decode-schema.js';
import { projectParameters } from './project-parameters.js';
import { decodeServerTools, encodeServerTool } from './server-tools.js';
import type { WireFunctionDeclaration, WireTool, WireToolConfig } from './wire-request.js';

/**
 * "Must start with a letter or an underscore. Must be a-z, A-Z, 0-9, or contain underscores, dots, colons and dashes",
 * with 64 characters at most; newer endpoints take 128. (Gemini API reference, FunctionDeclaration)
 */
export const TOOL_NAMES: ToolNameRule = {
  legal: /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$/,
  illegalCharacters: /[^a-zA-Z0-9_.:-]/g,
  maxLength: 64,
};

/** Each declared function is a tool, and so is each that Google runs itself; what else an entry offers stays as it is. */
export function decodeTools(tools: readonly WireTool[]): Tool[] {
  return tools.flatMap(({ functionDeclarations, ...entry }): Tool[] => {
    const functions = (functionDeclarations ?? []).map(decodeFunction);
    const { tools: known, rest: value } = decodeServerTools(entry);
    const others: Tool[] = value === undefined ? [] : [{ type: 'opaque', dialect: GEMINI, value }];
    return [...functions, ...known, ...others];
  });
}

function decodeFunction(wire: WireFunctionDeclaration): ToolDefinition {
  const { name, description, parameters, parametersJsonSchema, ...rest } = wire;
  return compact({
    type: 'function' as const,
    name,
    description: description ?? undefined,
    parameters: parametersJsonSchema ?? (parameters ? decodeObjectSchema(parameters) : undefined),
    extensions: extensionsOf(GEMINI, restOf(rest, [])),
  });
}

export interface DecodedToolConfig {
  readonly toolChoice: ToolChoice | undefined;
  /** What no tool choice says. */
  readonly rest: JsonObject | undefined;
}

/** A choice among several functions, and `VALIDATED`, are this dialect's own: they stay beside what comes nearest. */
export function decodeToolConfig(config: WireToolConfig | null | undefined): DecodedToolConfig {
  const { functionCallingConfig, ...others } = config ?? {};
  const { mode, allowedFunctionNames, ...more } = functionCallingConfig ?? {};
  const names = allowedFunctionNames ?? [];
  const toolChoice = decodeMode(mode?.toUpperCase(), names);
  const left = {
    ...more,
    mode: toolChoice === undefined ? mode : undefined,
    allowedFunctionNames: toolChoice?.type === 'tool' || names.length === 0 ? undefined : names,
  };
  return { toolChoice, rest: restOf({ ...others, functionCallingConfig: restOf(left, []) }, []) };
}

function decodeMode(mode: string | undefined, names: readonly string[]): ToolChoice | undefined {
  const [name] = names;
  switch (mode) {
    case 'AUTO':
      return { type: 'auto' };
    case 'NONE':
      return { type: 'none' };
    case 'ANY':
      return name !== undefined && names.length === 1 ? { type: 'tool', name } : { type: 'required' };
    default:
      return undefined;
  }
}

/** The fields of a request that are about tools. The functions go in one entry, as the API wants them. */
export function encodeTools(request: CanonicalRequest, log: LossLog): JsonObject {
  const hasFunctions = request.tools.some((tool) => tool.type === 'function');
  const functions: JsonObject[] = [];
  const others: JsonObject[] = [];
  for (const tool of request.tools) {
    const path = toolPath(tool);
    if (tool.type === 'function') functions.push(encodeFunction(tool, path, log));
    else if (tool.type === 'server-tool') others.push(...present(encodeServerTool(tool, { path, hasFunctions }, log)));
    else if (tool.dialect === GEMINI) others.push(tool.value);
    else log.dropped(path, `only ${tool.dialect} has this tool`);
  }
  const tools = [...(functions.length === 0 ? [] : [{ functionDeclarations: functions }]), ...others];
  if (request.parallelToolCalls === false)
    log.dropped('parallelToolCalls', 'gemini cannot be kept from parallel calls');
  return compact({
    tools: tools.length === 0 ? undefined : tools,
    toolConfig: encodeToolChoice(request.toolChoice, functions.length > 0, log),
  });
}

function encodeFunction(tool: ToolDefinition, path: string, log: LossLog): JsonObject {
  log.cacheMark(tool.cache, path);
  log.foreignFields(tool.extensions, path);
  log.toolKinds(tool, path);
  if (tool.strict) log.dropped(`${path}.strict`, 'gemini does not hold calls to their schema');
  const { name, description, parameters } = tool;
  const noteHint = () =>
    log.approximatedOnce(`${path}.parameters`, 'what gemini has no keyword for became a description');
  const parametersJsonSchema = parameters && projectParameters(parameters, noteHint);
  const encoded = compact({ name, description, parametersJsonSchema });
  return withFields(encoded, ownFields(GEMINI, tool.extensions));
}

function encodeToolChoice(choice: ToolChoice | undefined, hasTools: boolean, log: LossLog): JsonObject | undefined {
  if (choice === undefined) return undefined;
  if (!hasTools) {
    if (choice.type !== 'auto' && choice.type !== 'none') log.dropped('toolChoice', 'there is no function to choose');
    return undefined;
  }
  if (choice.type === 'server-tool') {
    log.dropped('toolChoice', 'gemini is made to call functions only');
    return undefined;
  }
  return { functionCallingConfig: encodeMode(choice) };
}

function present(tool: JsonObject | undefined): JsonObject[] {
  return tool === undefined ? [] : [tool];
}

function encodeMode(choice: Exclude<ToolChoice, { type: 'server-tool' }>): JsonObject {
  switch (choice.type) {
    case 'auto':
      return { mode: 'AUTO' };
    case 'none':
      return { mode: 'NONE' };
    case 'required':
      return { mode: 'ANY' };
    case 'tool':
      return { mode: 'ANY', allowedFunctionNames: [choice.name] };
  }
}
