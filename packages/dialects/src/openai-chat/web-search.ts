import type { ServerTool } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { extensionsOf, ownFields } from '../extensions/extensions.js';
import { compact, isJsonObject, restOf } from '../json/json-object.js';
import { objectOf, wordOf } from '../json/read-json.js';
import { toolPath } from '../losses/field-path.js';
import { serverToolLosses } from '../server-tools/server-tool-losses.js';
import { decodeLocation } from '../server-tools/step-pieces.js';
import type { LossLog } from '../losses/loss-log.js';
import { withFields } from '../extensions/merge-fields.js';

const FIELD = 'web_search_options';

/** The one tool of the provider that this dialect has, which is a parameter of the request. */
export function decodeWebSearch(options: unknown): ServerTool | undefined {
  if (!isJsonObject(options)) return undefined;
  const { user_location: location, search_context_size: size, ...rest } = options;
  const userLocation = decodeLocation(objectOf(location)['approximate']);
  const unread = restOf({ ...rest, user_location: userLocation ? undefined : location }, []);
  return compact<ServerTool>({
    type: 'server-tool',
    kind: 'web-search',
    native: { dialect: 'openai-chat', type: FIELD },
    userLocation,
    searchContextSize: wordOf(size),
    extensions: extensionsOf('openai-chat', unread),
  });
}

/** The field that asks for a search; every other tool of a provider is dropped, with a warning. */
export function encodeWebSearch(tools: readonly ServerTool[], model: string, log: LossLog): JsonObject | undefined {
  let options: JsonObject | undefined;
  for (const tool of tools) {
    const path = toolPath(tool);
    if (tool.kind !== 'web-search') log.dropped(path, 'openai-chat has no such tool');
    else if (tool.native.dialect !== 'openai-chat' && !searches(model)) log.dropped(path, 'this model does not search');
    else options = encodeOptions(tool, path, log);
  }
  return options;
}

function encodeOptions(tool: ServerTool, path: string, log: LossLog): JsonObject {
  const takes = ['userLocation', 'searchContextSize'] as const;
  log.warnings.push(...serverToolLosses(tool, { dialect: 'openai-chat', takes, path }));
  const encoded = compact({
    user_location: tool.userLocation && { type: 'approximate', approximate: tool.userLocation },
    search_context_size: tool.searchContextSize,
  });
  return withFields(encoded, ownFields('openai-chat', tool.extensions));
}

/** OpenAI refuses the field for any but its search models. (OpenAI guide, "Web search", Chat Completions) */
function searches(model: string): boolean {
  return /search|(^|\/)sonar/.test(model);
}
