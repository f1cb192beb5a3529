import type { ServerTool } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { extensionsOf, ownFields } from '../extensions/extensions.js';
import { compact, restOf } from '../json/json-object.js';
import { objectOf, wordOf } from '../json/read-json.js';
import type { LossLog } from '../losses/loss-log.js';
import { withFields } from '../extensions/merge-fields.js';
import { serverToolLosses } from '../server-tools/server-tool-losses.js';
import { decodeDomains, decodeLocation } from '../server-tools/step-pieces.js';
import { RESPONSES } from './reasoning-proof.js';

const WEB_SEARCH = /^web_search(_preview)?(_\d{4}_\d{2}_\d{2})?$/;
const CODE_INTERPRETER = 'code_interpreter';

/** Undefined for a tool of a kind that only this dialect has. */
export function decodeServerTool(tool: JsonObject): ServerTool | undefined {
  const type = wordOf(tool['type']) ?? '';
  if (type === CODE_INTERPRETER) return decodeCodeInterpreter(tool);
  return WEB_SEARCH.test(type) ? decodeWebSearch(tool, type) : undefined;
}

function decodeWebSearch(tool: JsonObject, type: string): ServerTool {
  const filters = objectOf(tool['filters']);
  const allowedDomains = decodeDomains(filters['allowed_domains']);
  const userLocation = decodeLocation(tool['user_location']);
  const rest = restOf(tool, ['type', 'search_context_size', 'filters', ...(userLocation ? ['user_location'] : [])]);
  const unread = restOf(filters, allowedDomains ? ['allowed_domains'] : []);
  return compact<ServerTool>({
    type: 'server-tool',
    kind: 'web-search',
    native: { dialect: RESPONSES, type },
    allowedDomains,
    userLocation,
    searchContextSize: wordOf(tool['search_context_size']),
    extensions: extensionsOf(RESPONSES, restOf({ ...rest, filters: unread }, [])),
  });
}

/** A container that is made for the answer is what every provider has; any other is one that only OpenAI knows. */
function decodeCodeInterpreter(tool: JsonObject): ServerTool {
  const container = objectOf(tool['container']);
  const isPlain = container['type'] === 'auto' && Object.keys(container).length === 1;
  return compact<ServerTool>({
    type: 'server-tool',
    kind: 'code-execution',
    native: { dialect: RESPONSES, type: CODE_INTERPRETER },
    extensions: extensionsOf(RESPONSES, restOf(tool, isPlain ? ['type', 'container'] : ['type'])),
  });
}

/** Undefined, with a warning, for a kind that this dialect does not have. */
export function encodeServerTool(tool: ServerTool, path: string, log: LossLog): JsonObject | undefined {
  switch (tool.kind) {
    case 'web-search':
      return encodeWebSearch(tool, path, log);
    case 'code-execution': {
      log.warnings.push(...serverToolLosses(tool, { dialect: RESPONSES, takes: [], path }));
      const own = ownFields(RESPONSES, tool.extensions);
      return { type: CODE_INTERPRETER, container: { type: 'auto' }, ...own };
    }
    case 'web-fetch':
      log.dropped(path, 'openai-responses opens pages only in the course of a search');
      return undefined;
  }
}

function encodeWebSearch(tool: ServerTool, path: string, log: LossLog): JsonObject {
  const { native, allowedDomains, userLocation, searchContextSize } = tool;
  const takes = ['allowedDomains', 'userLocation', 'searchContextSize'] as const;
  log.warnings.push(...serverToolLosses(tool, { dialect: RESPONSES, takes, path }));
  const encoded = compact({
    type: native.dialect === RESPONSES ? native.type : 'web_search',
    filters: allowedDomains && { allowed_domains: allowedDomains },
    user_location: userLocation && { type: 'approximate', ...userLocation },
    search_context_size: searchContextSize,
  });
  return withFields(encoded, ownFields(RESPONSES, tool.extensions));
}

/** Undefined for a choice of none of the tools that other dialects have as well. */
export function chosenKind(type: string): ServerTool['kind'] | undefined {
  if (type === CODE_INTERPRETER) return 'code-execution';
  return WEB_SEARCH.test(type) ? 'web-search' : undefined;
}
