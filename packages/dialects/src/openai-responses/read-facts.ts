import type { JsonObject, ResponseFacts } from '../dialect.js';
import { isJsonObject } from '../json/json-object.js';
import { stringOf } from '../json/read-json.js';
import { MADE_MARK } from '../made/made-id.js';
import { decodeFinish } from './finish.js';
import { decodeUsage } from './usage.js';

/** What a finished response of messages, reasoning and calls of functions says of itself. */
export function readFacts(body: unknown): ResponseFacts | undefined {
  if (!isJsonObject(body) || body['error']) return undefined;
  const { output, status } = body;
  if (!Array.isArray(output) || (status !== 'completed' && status !== 'incomplete')) return undefined;
  let isSaid = false;
  let hasCalls = false;
  for (const item of output) {
    const isItemSaid = isJsonObject(item) ? said(item) : undefined;
    if (isItemSaid === undefined) return undefined;
    isSaid ||= isItemSaid;
    hasCalls ||= item.type === 'function_call';
  }
  const finish = decodeFinish(body, hasCalls);
  return {
    model: stringOf(body['model']) ?? '',
    finish,
    usage: decodeUsage(body['usage']),
    hasContent: isSaid || finish.reason !== 'stop',
  };
}

/** Whether an item has content; undefined where it is not as it mostly is. */
function said(item: JsonObject): boolean | undefined {
  switch (item['type']) {
    case 'message':
      return textIn(item['content'], 'output_text');
    case 'reasoning':
      return item['content'] || !isOwnProof(item['encrypted_content'])
        ? undefined
        : textIn(item['summary'], 'summary_text');
    case 'function_call':
      return true;
    default:
      return undefined;
  }
}

/** What we have sealed may stand for reasoning that was withheld, which is content. */
function isOwnProof(proof: unknown): boolean {
  return proof === undefined || proof === null || (typeof proof === 'string' && !proof.startsWith(MADE_MARK));
}

function textIn(parts: unknown, type: string): boolean | undefined {
  if (!Array.isArray(parts)) return undefined;
  let isSaid = false;
  for (const part of parts) {
    if (!isJsonObject(part) || part['type'] !== type || typeof part['text'] !== 'string') return undefined;
    isSaid ||= part['text'] !== '';
  }
  return isSaid;
}
