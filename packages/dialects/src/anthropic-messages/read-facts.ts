import type { ResponseFacts } from '../dialect.js';
import { isJsonObject } from '../json/json-object.js';
import { decodeFinish } from './finish.js';
import { decodeUsage } from './usage.js';

/** What a message of texts, reasoning and calls of the client's tools says of itself. */
export function readFacts(body: unknown): ResponseFacts | undefined {
  if (!isJsonObject(body) || body['type'] === 'error') return undefined;
  const { id, model, content, stop_reason: stopReason, stop_sequence: stopSequence } = body;
  if (typeof id !== 'string' || typeof model !== 'string' || !isWord(stopReason) || !isWord(stopSequence)) {
    return undefined;
  }
  const isSaid = contentIn(content);
  if (isSaid === undefined) return undefined;
  const finish = decodeFinish(stopReason ?? undefined, stopSequence ?? undefined);
  return { model, finish, usage: decodeUsage(body['usage']), hasContent: isSaid || finish.reason !== 'stop' };
}

/** Whether there is any; undefined where it is not as it mostly is. */
function contentIn(content: unknown): boolean | undefined {
  if (!Array.isArray(content)) return undefined;
  let isSaid = false;
  for (const block of content) {
    const isBlockSaid = isJsonObject(block) ? said(block) : undefined;
    if (isBlockSaid === undefined) return undefined;
    isSaid ||= isBlockSaid;
  }
  return isSaid;
}

function said(block: Readonly<Record<string, unknown>>): boolean | undefined {
  const { type, text, thinking, signature, id, name, input } = block;
  switch (type) {
    case 'text':
      return typeof text === 'string' ? text !== '' : undefined;
    case 'thinking':
      return typeof thinking === 'string' && isWord(signature) ? thinking !== '' : undefined;
    case 'tool_use':
      return typeof id === 'string' && typeof name === 'string' && isJsonObject(input) ? true : undefined;
    default:
      return undefined;
  }
}

function isWord(value: unknown): value is string | null | undefined {
  return value === undefined || value === null || typeof value === 'string';
}
