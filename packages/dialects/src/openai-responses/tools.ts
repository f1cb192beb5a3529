import type { CanonicalRequest, OpaqueTool, Tool, ToolChoice, ToolDefinition } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { extensionsOf, ownFields } from '../extensions/extensions.js';
import { compact, isJsonObject, restOf } from '../json/json-object.js';
import { objectsOf, stringOf } from '../json/read-json.js';
import type { LossLog } from '../losses/loss-log.js';
import { withFields } from '../extensions/merge-fields.js';
import { toolPath } from '../losses/field-path.js';
import { freeformParameters } from '../freeform/freeform.js';
import { RESPONSES } from './reasoning-proof.js';
import { chosenKind, decodeServerTool, encodeServerTool } from './server-tools.js';
import { flatToolName } from './tool-names.js';

/** A namespace's tools stand one by one; the vendor's own tools stay as they are. Of tools with one name the first counts. */
export function decodeTools(tools: readonly JsonObject[]): Tool[] {
  const names = new Set<string>();
  return tools.flatMap(decodeTool).filter((tool) => {
    if (tool.type !== 'function') return true;
    const isNew = !names.has(tool.name);
    names.add(tool.name);
    return isNew;
  });
}

function decodeTool(tool: JsonObject): Tool[] {
  switch (tool['type']) {
    case 'function':
    case 'custom':
      return [decodeDefinition(tool)];
    case 'namespace':
      return decodeNamespace(tool);
    default:
      return [decodeServerTool(tool) ?? { type: 'opaque', dialect: RESPONSES, value: tool }];
  }
}

function decodeDefinition(tool: JsonObject): ToolDefinition {
  const { type, name, description, parameters, strict, format, ...rest } = tool;
  const isFreeform = type === 'custom';
  const given = isJsonObject(parameters) ? parameters : undefined;
  const textFormat = isJsonObject(format) ? format : undefined;
  // What is not said here means something else than elsewhere, so it must go back unsaid.
  const isUnsaid = !isFreeform && (given === undefined || typeof strict !== 'boolean');
  return compact({
    type: 'function',
    name: stringOf(name) ?? '',
    description: stringOf(description),
    parameters: isFreeform ? freeformParameters(textFormat) : given,
    strict: typeof strict === 'boolean' ? strict : undefined,
    freeform: isFreeform ? compact({ format: textFormat }) : undefined,
    extensions: extensionsOf(RESPONSES, restOf({ ...rest, item: isUnsaid ? {} : undefined }, [])),
  });
}

function decodeNamespace(tool: JsonObject): ToolDefinition[] {
  const { type: _type, name, tools, ...rest } = tool;
  const namespace = stringOf(name) ?? '';
  return objectsOf(tools).map((inner, index) => {
    const definition = decodeDefinition(inner);
    const namespaced = { namespace, name: definition.name };
    // What the namespace says of itself stands with its first tool.
    const own = { ...ownFields(RESPONSES, definition.extensions), ...(index === 0 && { namespace: restOf(rest, []) }) };
    return compact({
      ...definition,
      name: flatToolName(namespaced),
      namespaced,
      extensions: extensionsOf(RESPONSES, restOf(own, [])),
    });
  });
}

/** Undefined for a choice that only this dialect knows, such as `allowed_tools`. */
export function decodeToolChoice(choice: unknown): ToolChoice | undefined {
  if (choice === 'auto' || choice === 'none' || choice === 'required') return { type: choice };
  if (!isJsonObject(choice)) return undefined;
  if (choice['type'] !== 'function' && choice['type'] !== 'custom') {
    const kind = chosenKind(stringOf(choice['type']) ?? '');
    return kind && { type: 'server-tool', kind };
  }
  const name = stringOf(choice['name']);
  const namespace = stringOf(choice['namespace']);
  if (name === undefined) return undefined;
  return { type: 'tool', name: namespace === undefined ? name : flatToolName({ namespace, name }) };
}

/** The fields of a request that are about tools. A choice among no tools is refused, so it is a loss. */
export function encodeTools(request: CanonicalRequest, log: LossLog): JsonObject {
  const tools = encodeDefinitions(request.tools, log);
  const choice = request.toolChoice && encodeToolChoice(request.toolChoice, request.tools, log);
  if (tools.length > 0) return compact({ tools, tool_choice: choice, parallel_tool_calls: request.parallelToolCalls });
  if (request.toolChoice !== undefined && request.toolChoice.type !== 'none' && request.toolChoice.type !== 'auto') {
    log.dropped('toolChoice', 'there is no tool to choose');
  }
  return {};
}

function encodeDefinitions(tools: readonly Tool[], log: LossLog): JsonObject[] {
  const encoded: JsonObject[] = [];
  let open: { readonly namespace: string; readonly tools: JsonObject[] } | undefined;
  for (const tool of tools) {
    const path = toolPath(tool);
    const namespaced = tool.type === 'function' ? tool.namespaced : undefined;
    if (tool.type !== 'function' || namespaced === undefined) {
      open = undefined;
      encoded.push(...encodeAlone(tool, path, log));
      continue;
    }
    const { namespace: about, ...definition } = encodeDefinition(tool, path, log);
    if (open?.namespace !== namespaced.namespace) {
      open = { namespace: namespaced.namespace, tools: [] };
      const fields = isJsonObject(about) ? about : {};
      encoded.push({ type: 'namespace', name: namespaced.namespace, ...fields, tools: open.tools });
    }
    open.tools.push(definition);
  }
  return encoded;
}

function encodeAlone(tool: Tool, path: string, log: LossLog): JsonObject[] {
  switch (tool.type) {
    case 'function':
      return [encodeDefinition(tool, path, log)];
    case 'server-tool': {
      const encoded = encodeServerTool(tool, path, log);
      return encoded === undefined ? [] : [encoded];
    }
    case 'opaque':
      return encodeOpaque(tool, path, log);
  }
}

function encodeOpaque(tool: OpaqueTool, path: string, log: LossLog): JsonObject[] {
  if (tool.dialect === RESPONSES) return [tool.value];
  log.dropped(path, `only ${tool.dialect} has this tool`);
  return [];
}

function encodeDefinition(tool: ToolDefinition, path: string, log: LossLog): JsonObject {
  log.cacheMark(tool.cache, path);
  log.foreignFields(tool.extensions, path);
  const { description, freeform } = tool;
  const { item, ...own } = ownFields(RESPONSES, tool.extensions);
  const name = tool.namespaced?.name ?? tool.name;
  if (freeform !== undefined) {
    return withFields(compact({ type: 'custom', name, description, format: freeform.format }), own);
  }
  // The API reads a missing `strict` as true and then changes the schema; other dialects read it as false.
  const [strict, parameters] = item === undefined ? [false, EMPTY_PARAMETERS] : [null, null];
  const said = { parameters: tool.parameters ?? parameters, strict: tool.strict ?? strict };
  return withFields(compact({ type: 'function', name, description, ...said }), own);
}

const EMPTY_PARAMETERS = { type: 'object', properties: {} };

function encodeToolChoice(choice: ToolChoice, tools: readonly Tool[], log: LossLog): unknown {
  if (choice.type === 'server-tool') return encodeServerChoice(choice, tools, log);
  if (choice.type !== 'tool') return choice.type;
  const tool = findTool(tools, choice.name);
  return compact({
    type: tool?.freeform === undefined ? 'function' : 'custom',
    name: tool?.namespaced?.name ?? choice.name,
    namespace: tool?.namespaced?.namespace,
  });
}

/** The newer name of the search cannot be chosen; to require a tool is the same where it is the only one. */
function encodeServerChoice(
  { kind }: Extract<ToolChoice, { type: 'server-tool' }>,
  tools: readonly Tool[],
  log: LossLog,
): unknown {
  const native = tools.find((tool) => tool.type === 'server-tool' && tool.kind === kind);
  if (native?.type === 'server-tool' && native.native.dialect === RESPONSES) return { type: native.native.type };
  if (kind === 'code-execution') return { type: 'code_interpreter' };
  if (tools.length > 1) log.approximated('toolChoice', 'openai-responses requires any tool, not this one');
  return 'required';
}

/** The tool that a model means by a name. */
export function findTool(tools: readonly Tool[], name: string): ToolDefinition | undefined {
  return tools.find((tool): tool is ToolDefinition => tool.type === 'function' && tool.name === name);
}
