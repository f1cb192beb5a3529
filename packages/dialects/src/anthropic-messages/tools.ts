import type { CanonicalRequest, Tool, ToolChoice, ToolDefinition, Warning } from '@switchyard/canonical';
import { z } from 'zod';

import type { JsonObject } from '../dialect.js';
import { foreignFieldWarnings, ownFields } from '../extensions/extensions.js';
import { compact } from '../json/json-object.js';
import type { ToolNameRule } from '../tool-names/tool-names.js';
import { toolPath } from '../losses/field-path.js';
import { toolKindWarnings } from '../losses/tool-kinds.js';
import { ANTHROPIC, readField, restAndCache } from './decode-content.js';
import { encodeCacheMark } from './encode-content.js';
import { decodeServerTool, encodeServerTool, serverToolName, serverToolNamed } from './server-tools.js';

/** "^[a-zA-Z0-9_-]{1,128}$" (Messages API reference, tools). */
export const TOOL_NAMES: ToolNameRule = {
  legal: /^[a-zA-Z0-9_-]{1,128}$/,
  illegalCharacters: /[^a-zA-Z0-9_-]/g,
  maxLength: 128,
};

const anyTool = z.looseObject({ type: z.string().nullish() });
const customTool = z.looseObject({
  name: z.string(),
  description: z.string().nullish(),
  input_schema: z.record(z.string(), z.unknown()).nullish(),
  strict: z.boolean().nullish(),
});
const toolChoice = z.looseObject({
  type: z.enum(['auto', 'any', 'tool', 'none']),
  name: z.string().nullish(),
  disable_parallel_tool_use: z.boolean().nullish(),
});

export function decodeTools(value: unknown): readonly Tool[] {
  if (value === undefined || value === null) return [];
  return readField(z.array(anyTool), value, 'tools').map((tool, index) => {
    const isCustom = tool.type === undefined || tool.type === null || tool.type === 'custom';
    if (!isCustom) return decodeServerTool(tool) ?? { type: 'opaque', dialect: ANTHROPIC, value: tool };
    const { name, description, input_schema: parameters, strict } = readField(customTool, tool, `tools.${index}`);
    return compact<ToolDefinition>({
      type: 'function',
      name,
      description: description ?? undefined,
      parameters: parameters ?? undefined,
      strict: strict ?? undefined,
      ...restAndCache(tool, ['type', 'name', 'description', 'input_schema', 'strict']),
    });
  });
}

function decodeNamed(name: string, tools: readonly Tool[]): ToolChoice {
  const kind = serverToolNamed(name, tools);
  return kind === undefined ? { type: 'tool', name } : { type: 'server-tool', kind };
}

export interface DecodedToolChoice {
  readonly toolChoice?: ToolChoice | undefined;
  readonly parallelToolCalls?: boolean | undefined;
}

/** `tool_choice`; undefined for a kind we do not know, which then rides along unread. */
export function decodeToolChoice(value: unknown, tools: readonly Tool[]): DecodedToolChoice | undefined {
  const parsed = toolChoice.safeParse(value);
  if (!parsed.success) return undefined;
  const { type, name, disable_parallel_tool_use: disabled } = parsed.data;
  const parallelToolCalls = typeof disabled === 'boolean' ? !disabled : undefined;
  switch (type) {
    case 'auto':
    case 'none':
      return { toolChoice: { type }, parallelToolCalls };
    case 'any':
      return { toolChoice: { type: 'required' }, parallelToolCalls };
    case 'tool':
      return { toolChoice: decodeNamed(readField(z.string(), name, 'tool_choice.name'), tools), parallelToolCalls };
  }
}

/** The `tools` of a request; an empty list when there are none. */
export function encodeTools(tools: CanonicalRequest['tools'], warnings: Warning[]): readonly JsonObject[] {
  return tools.flatMap((tool): JsonObject[] => {
    const path = toolPath(tool);
    if (tool.type === 'function') {
      warnings.push(...foreignFieldWarnings(ANTHROPIC, tool.extensions, path));
      warnings.push(...toolKindWarnings(ANTHROPIC, tool, path));
      return [encodeTool(tool)];
    }
    if (tool.type === 'server-tool') return [encodeServerTool(tool, path, warnings)];
    if (tool.dialect === ANTHROPIC) return [tool.value];
    warnings.push({ type: 'dropped', field: path, reason: `a tool that only ${tool.dialect} understands` });
    return [];
  });
}

function encodeTool(tool: ToolDefinition): JsonObject {
  return {
    ...ownFields(ANTHROPIC, tool.extensions),
    name: tool.name,
    ...(tool.description === undefined ? {} : { description: tool.description }),
    input_schema: inputSchema(tool.parameters),
    ...(tool.strict === undefined ? {} : { strict: tool.strict }),
    ...encodeCacheMark(tool.cache),
  };
}

/** Anthropic requires a schema, and one of type object. (Messages API reference, tools) */
function inputSchema(parameters: JsonObject | undefined): JsonObject {
  if (parameters === undefined) return { type: 'object', properties: {} };
  return parameters['type'] === undefined ? { type: 'object', ...parameters } : parameters;
}

/** What deciding on `tool_choice` needs to know beside the request. */
export interface ToolChoiceContext {
  readonly hasTools: boolean;
  readonly thinks: boolean;
}

/** The `tool_choice` of a request; undefined where the default says the same. */
export function encodeToolChoice(
  request: CanonicalRequest,
  context: ToolChoiceContext,
  warnings: Warning[],
): JsonObject | undefined {
  const { toolChoice: choice, parallelToolCalls } = request;
  if (choice === undefined && parallelToolCalls === undefined) return undefined;
  if (!context.hasTools) {
    if (choice !== undefined && choice.type !== 'none' && choice.type !== 'auto') {
      warnings.push({ type: 'dropped', field: 'toolChoice', reason: 'anthropic-messages takes it only with tools' });
    }
    return undefined;
  }
  const encoded = encodeChoice(allowedChoice(choice, context, warnings));
  const takesParallel = parallelToolCalls !== undefined && encoded['type'] !== 'none';
  return takesParallel ? { ...encoded, disable_parallel_tool_use: !parallelToolCalls } : encoded;
}

function allowedChoice(
  choice: ToolChoice | undefined,
  context: ToolChoiceContext,
  warnings: Warning[],
): ToolChoice | undefined {
  const isForced = choice?.type === 'required' || choice?.type === 'tool' || choice?.type === 'server-tool';
  if (!context.thinks || !isForced) return choice;
  // Thinking supports only `auto` and `none`; forcing a tool is an error. (Extended thinking, limitations with tool use)
  warnings.push({
    type: 'approximated',
    field: 'toolChoice',
    reason: 'a tool cannot be forced while the model thinks',
  });
  return { type: 'auto' };
}

function encodeChoice(choice: ToolChoice | undefined): JsonObject {
  switch (choice?.type) {
    case undefined:
    case 'auto':
      return { type: 'auto' };
    case 'none':
      return { type: 'none' };
    case 'required':
      return { type: 'any' };
    case 'tool':
      return { type: 'tool', name: choice.name };
    case 'server-tool':
      return { type: 'tool', name: serverToolName(choice.kind) };
  }
}
