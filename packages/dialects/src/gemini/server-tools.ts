import { lookUp, type ServerTool, type ServerToolKind } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { extensionsOf, ownFields } from '../extensions/extensions.js';
import { compact, isJsonObject, restOf } from '../json/json-object.js';
import type { LossLog } from '../losses/loss-log.js';
import { serverToolLosses } from '../server-tools/server-tool-losses.js';
import { GEMINI } from './decode-parts.js';

/** (Gemini API reference, Tool) The retired name of the search is what the first models still call it. */
const KINDS: Readonly<Record<string, ServerToolKind>> = {
  googleSearch: 'web-search',
  googleSearchRetrieval: 'web-search',
  urlContext: 'web-fetch',
  codeExecution: 'code-execution',
};

const FIELDS: Readonly<Record<ServerToolKind, string>> = {
  'web-search': 'googleSearch',
  'web-fetch': 'urlContext',
  'code-execution': 'codeExecution',
};

export interface DecodedServerTools {
  readonly tools: readonly ServerTool[];
  /** What else the entry offers. */
  readonly rest: JsonObject | undefined;
}

/** The tools of one entry, which may offer several. */
export function decodeServerTools(entry: JsonObject): DecodedServerTools {
  const known = Object.keys(entry).filter((field) => Object.hasOwn(KINDS, field) && isJsonObject(entry[field]));
  const tools = known.flatMap((field): ServerTool[] => {
    const kind = lookUp(KINDS, field);
    const options = entry[field];
    if (kind === undefined || !isJsonObject(options)) return [];
    const extensions = extensionsOf(GEMINI, restOf(options, []));
    return [compact<ServerTool>({ type: 'server-tool', kind, native: { dialect: GEMINI, type: field }, extensions })];
  });
  return { tools, rest: restOf(entry, known) };
}

/**
 * Functions beside these tools are for the newest models only, and only where the client hands back parts that no other
 * dialect has. (Gemini API documentation, "Combine built-in tools and function calling")
 */
export function encodeServerTool(
  tool: ServerTool,
  { path, hasFunctions }: { readonly path: string; readonly hasFunctions: boolean },
  log: LossLog,
): JsonObject | undefined {
  const isOwn = tool.native.dialect === GEMINI;
  if (hasFunctions && !isOwn) {
    log.dropped(path, 'gemini takes it beside functions only from clients that hand its steps back');
    return undefined;
  }
  log.warnings.push(...serverToolLosses(tool, { dialect: GEMINI, takes: [], path }));
  return { [isOwn ? tool.native.type : FIELDS[tool.kind]]: ownFields(GEMINI, tool.extensions) };
}
