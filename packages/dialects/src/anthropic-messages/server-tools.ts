import type { ServerTool, ServerToolKind, Warning } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { ownFields } from '../extensions/extensions.js';
import { compact } from '../json/json-object.js';
import { countOf } from '../json/read-json.js';
import { serverToolLosses, type ServerToolOption } from '../server-tools/server-tool-losses.js';
import { decodeDomains, decodeLocation } from '../server-tools/step-pieces.js';
import { ANTHROPIC, restAndCache } from './decode-content.js';
import { encodeCacheMark } from './encode-content.js';

interface ToolFacts {
  /** Versions of one tool differ by the date at their end. */
  readonly types: RegExp;
  /** The first version: every model takes it. */
  readonly type: string;
  readonly name: string;
  readonly takes: readonly ServerToolOption[];
}

/** (Claude platform documentation, web search tool, web fetch tool, code execution tool) */
const TOOLS: Readonly<Record<ServerToolKind, ToolFacts>> = {
  'web-search': {
    types: /^web_search_\d{8}$/,
    type: 'web_search_20250305',
    name: 'web_search',
    takes: ['maxUses', 'allowedDomains', 'blockedDomains', 'userLocation', 'cache'],
  },
  'web-fetch': {
    types: /^web_fetch_\d{8}$/,
    type: 'web_fetch_20250910',
    name: 'web_fetch',
    takes: ['maxUses', 'allowedDomains', 'blockedDomains', 'cache'],
  },
  'code-execution': {
    types: /^code_execution_\d{8}$/,
    type: 'code_execution_20250825',
    name: 'code_execution',
    takes: ['cache'],
  },
};

const KINDS = ['web-search', 'web-fetch', 'code-execution'] as const;

/** Undefined for a tool of a kind that only this dialect has. */
export function decodeServerTool(tool: JsonObject): ServerTool | undefined {
  const { type } = tool;
  if (typeof type !== 'string') return undefined;
  const kind = KINDS.find((candidate) => TOOLS[candidate].types.test(type));
  if (kind === undefined) return undefined;
  const location = decodeLocation(tool['user_location']);
  const options = {
    maxUses: countOf(tool['max_uses']),
    allowedDomains: decodeDomains(tool['allowed_domains']),
    blockedDomains: decodeDomains(tool['blocked_domains']),
    userLocation: location,
  };
  const read = ['type', 'name', 'max_uses', 'allowed_domains', 'blocked_domains'];
  const rest = restAndCache(tool, location === undefined ? read : [...read, 'user_location']);
  const native = { dialect: ANTHROPIC, type } as const;
  return compact<ServerTool>({ type: 'server-tool', kind, native, ...options, ...rest });
}

export function encodeServerTool(tool: ServerTool, path: string, warnings: Warning[]): JsonObject {
  const { native, maxUses, allowedDomains, blockedDomains, userLocation } = tool;
  const facts = TOOLS[tool.kind];
  const takes = native.dialect === ANTHROPIC ? ALL : facts.takes;
  warnings.push(...serverToolLosses(tool, { dialect: ANTHROPIC, takes, path }));
  const options = {
    max_uses: takes.includes('maxUses') ? maxUses : undefined,
    allowed_domains: takes.includes('allowedDomains') ? allowedDomains : undefined,
    blocked_domains: takes.includes('blockedDomains') ? blockedDomains : undefined,
    user_location:
      takes.includes('userLocation') && userLocation ? { type: 'approximate', ...userLocation } : undefined,
  };
  return compact({
    ...ownFields(ANTHROPIC, tool.extensions),
    type: native.dialect === ANTHROPIC ? native.type : facts.type,
    name: facts.name,
    ...options,
    ...encodeCacheMark(tool.cache),
  });
}

/** What a client of this dialect wrote is sent as it was. */
const ALL: readonly ServerToolOption[] = ['maxUses', 'allowedDomains', 'blockedDomains', 'userLocation', 'cache'];

/** The kind of tool that a `tool_choice` names. */
export function serverToolNamed(name: string, tools: readonly { readonly type: string }[]): ServerToolKind | undefined {
  const kind = KINDS.find((candidate) => TOOLS[candidate].name === name);
  const isOffered = tools.some((tool) => tool.type === 'server-tool' && 'kind' in tool && tool.kind === kind);
  return isOffered ? kind : undefined;
}

export function serverToolName(kind: ServerToolKind): string {
  return TOOLS[kind].name;
}
