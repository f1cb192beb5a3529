import type { ServerToolStep } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { compact } from '../json/json-object.js';
import { objectOf, objectsOf, stringOf, wordOf } from '../json/read-json.js';
import { madeId } from '../made/made-id.js';
import { onePerQuery } from '../server-tools/step-pieces.js';

/** What a block of a server tool says to other dialects; undefined for one that none of them has the like of. */
export function readStep(block: JsonObject): ServerToolStep | undefined {
  switch (block['type']) {
    case 'server_tool_use':
      return readCall(block);
    case 'web_search_tool_result':
      return readSearchResult(block);
    case 'web_fetch_tool_result':
      return compact({
        tool: 'web-fetch' as const,
        id: wordOf(block['tool_use_id']),
        result: compact({ isError: isErrorOf(block) }),
      });
    case 'code_execution_tool_result':
    case 'bash_code_execution_tool_result':
      return readCodeResult(block);
    default:
      return undefined;
  }
}

function readCall({ id: given, name, input: value }: JsonObject): ServerToolStep | undefined {
  const id = wordOf(given);
  const input = objectOf(value);
  switch (name) {
    case 'web_search':
      return compact({ tool: 'web-search' as const, id, call: { queries: [stringOf(input['query']) ?? ''] } });
    case 'web_fetch':
      return compact({ tool: 'web-fetch' as const, id, call: { url: stringOf(input['url']) ?? '' } });
    case 'code_execution':
      return compact({ tool: 'code-execution' as const, id, call: { code: stringOf(input['code']) ?? '' } });
    case 'bash_code_execution':
      return compact({ tool: 'code-execution' as const, id, call: { code: stringOf(input['command']) ?? '' } });
    default:
      return undefined;
  }
}

function readSearchResult(block: JsonObject): ServerToolStep {
  const sources = objectsOf(block['content']).flatMap((found) => {
    const url = wordOf(found['url']);
    return url === undefined ? [] : [compact({ url, title: wordOf(found['title']) })];
  });
  const result = compact({ sources, isError: isErrorOf(block) });
  return compact({ tool: 'web-search' as const, id: wordOf(block['tool_use_id']), result });
}

function readCodeResult(block: JsonObject): ServerToolStep {
  const { stdout, stderr, return_code: status } = objectOf(block['content']);
  const output = [stringOf(stdout), stringOf(stderr)].filter(Boolean).join('\n');
  const isError = isErrorOf(block) ?? (typeof status === 'number' && status !== 0 ? true : undefined);
  const result = compact({ output, isError });
  return compact({ tool: 'code-execution' as const, id: wordOf(block['tool_use_id']), result });
}

/** A result that failed holds an object with a code instead of what was found. */
function isErrorOf({ content }: JsonObject): true | undefined {
  return wordOf(objectOf(content)['error_code']) === undefined ? undefined : true;
}

/**
 * The blocks that tell a step of another provider's tool to a client. Their ids are known for ours when the client hands
 * them in again: Anthropic takes back only what it searched itself. A result belongs to the last of several queries.
 */
export function writeStep(step: ServerToolStep, shortId: string): JsonObject[] {
  const steps = onePerQuery(step);
  return steps.flatMap((one, index) => {
    const id = madeId('srvtoolu', index === steps.length - 1 ? shortId : `${shortId}_${index}`);
    return [...writeCall(one, id), ...writeResult(one, id)];
  });
}

function writeCall(step: ServerToolStep, id: string): JsonObject[] {
  if (step.call === undefined) return [];
  switch (step.tool) {
    case 'web-search':
      return [{ type: 'server_tool_use', id, name: 'web_search', input: { query: step.call.queries[0] ?? '' } }];
    case 'web-fetch':
      return [{ type: 'server_tool_use', id, name: 'web_fetch', input: { url: step.call.url } }];
    case 'code-execution':
      return [{ type: 'server_tool_use', id, name: 'code_execution', input: { code: step.call.code } }];
  }
}

function writeResult(step: ServerToolStep, id: string): JsonObject[] {
  if (step.result === undefined) return [];
  switch (step.tool) {
    case 'web-search': {
      const content = step.result.sources.map(({ url, title }) => {
        return { type: 'web_search_result', url, title: title ?? url, encrypted_content: '', page_age: null };
      });
      const error = { type: 'web_search_tool_result_error', error_code: 'unavailable' };
      return [{ type: 'web_search_tool_result', tool_use_id: id, content: step.result.isError ? error : content }];
    }
    case 'code-execution': {
      const { output, isError } = step.result;
      const streams = isError ? { stdout: '', stderr: output } : { stdout: output, stderr: '' };
      const content = { type: 'code_execution_result', ...streams, return_code: isError ? 1 : 0, content: [] };
      return [{ type: 'code_execution_tool_result', tool_use_id: id, content }];
    }
    // What was fetched is known to its provider only.
    case 'web-fetch':
      return [];
  }
}
