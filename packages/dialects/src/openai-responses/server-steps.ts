import type { ServerToolStep } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { compact, isJsonObject } from '../json/json-object.js';
import { objectOf, objectsOf, stringOf, wordOf } from '../json/read-json.js';

/** What an item of a server tool says to other dialects; undefined for one that none of them has the like of. */
export function readStep(item: JsonObject): ServerToolStep | undefined {
  switch (item['type']) {
    case 'web_search_call':
      return readSearch(item);
    case 'code_interpreter_call':
      return readCode(item);
    default:
      return undefined;
  }
}

function readSearch(item: JsonObject): ServerToolStep | undefined {
  const id = wordOf(item['id']);
  const action = objectOf(item['action']);
  if (action['type'] === 'open_page' || action['type'] === 'find_in_page') {
    return compact({ tool: 'web-fetch' as const, id, call: { url: stringOf(action['url']) ?? '' } });
  }
  const { queries, query, sources } = action;
  const several = Array.isArray(queries) ? queries.filter((each) => typeof each === 'string') : [];
  const found = objectsOf(sources).flatMap((source) => {
    const url = wordOf(source['url']);
    return url === undefined ? [] : [{ url }];
  });
  const asked = several.length > 0 ? several : [query].filter((each) => typeof each === 'string');
  if (asked.length === 0) return undefined;
  return compact({
    tool: 'web-search' as const,
    id,
    call: { queries: asked },
    result: found.length === 0 && item['status'] !== 'failed' ? undefined : withFailure(item, { sources: found }),
  });
}

function readCode(item: JsonObject): ServerToolStep {
  const outputs = Array.isArray(item['outputs']) ? objectsOf(item['outputs']) : undefined;
  const output = (outputs ?? []).map((each) => stringOf(each['logs']) ?? '').join('\n');
  return compact({
    tool: 'code-execution' as const,
    id: wordOf(item['id']),
    call: { code: stringOf(item['code']) ?? '' },
    result: outputs === undefined && item['status'] !== 'failed' ? undefined : withFailure(item, { output }),
  });
}

function withFailure<Result extends object>({ status }: JsonObject, result: Result): Result & { isError?: boolean } {
  return status === 'failed' ? { ...result, isError: true } : result;
}

/** What an item in which another provider's step is told is called. */
export function stepItemType({ tool }: ServerToolStep): 'web_search_call' | 'code_interpreter_call' {
  return tool === 'code-execution' ? 'code_interpreter_call' : 'web_search_call';
}

/** The fields of the item that a step begins with. */
export function calledFields(step: ServerToolStep): JsonObject {
  switch (step.tool) {
    case 'web-search': {
      const [query = ''] = step.call?.queries ?? [];
      return { action: { type: 'search', query, queries: step.call?.queries ?? [] } };
    }
    case 'web-fetch':
      return { action: { type: 'open_page', url: step.call?.url ?? null } };
    case 'code-execution':
      return { code: step.call?.code ?? null, container_id: '', outputs: null };
  }
}

/** The item's fields with what its tool gave. */
export function withResult(fields: JsonObject, step: ServerToolStep): JsonObject {
  if (step.result === undefined) return fields;
  switch (step.tool) {
    case 'web-search': {
      const sources = step.result.sources.map(({ url }) => ({ type: 'url', url }));
      const { action } = fields;
      return { ...fields, action: isJsonObject(action) && sources.length > 0 ? { ...action, sources } : action };
    }
    case 'code-execution':
      return { ...fields, outputs: [{ type: 'logs', logs: step.result.output }] };
    case 'web-fetch':
      return fields;
  }
}
