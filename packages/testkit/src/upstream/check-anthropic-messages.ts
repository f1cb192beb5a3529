import { isArray, isFilledString, isRecord, type JsonRecord } from '../json-guards.js';
import type { Violations } from '../violations.js';

const TOOL_USE_ID = /^[a-zA-Z0-9_-]+$/;
const IMAGE_TYPES = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'];

/** Blocks of server-side tools and betas: they come from a client that speaks this dialect, and are not looked into. */
const OTHER_BLOCKS = ['search_result', 'server_tool_use', 'mcp_tool_use', 'container_upload', 'compaction', 'fallback'];

/** Checks the turns of a Messages request. */
export function checkAnthropicMessages(violations: Violations, messages: readonly unknown[]): void {
  let openCalls: readonly string[] = [];
  let expected = 'user';
  for (const [index, value] of messages.entries()) {
    const path = `messages[${index}]`;
    const message = violations.record(value, path);
    if (message === undefined) continue;
    if (message['role'] === 'system') {
      checkInstructions(violations, message, { path, openCalls });
      continue;
    }
    violations.require(
      message['role'] === expected,
      `${path}.role`,
      `must be ${expected}: turns alternate and start with user`,
    );
    expected = expected === 'user' ? 'assistant' : 'user';

    const blocks = blocksOf(violations, message, path);
    for (const [place, block] of blocks.entries()) {
      checkBlock(violations, block, { path: `${path}.content[${place}]`, role: message['role'] });
    }
    if (message['role'] === 'user') checkToolResults(violations, blocks, { path, openCalls });
    openCalls = idsOf(blocks, 'tool_use', 'id');
    violations.require(new Set(openCalls).size === openCalls.length, path, 'tool_use ids must differ');
  }
  violations.require(openCalls.length === 0, 'messages', `end before tool_use ${openCalls.join(', ')} is answered`);
  checkPrefill(violations, messages.at(-1));
}

/** Instructions may stand between turns, as text alone. (`SystemMessageParam` in Anthropic's SDK) */
function checkInstructions(
  violations: Violations,
  message: JsonRecord,
  turn: { readonly path: string; readonly openCalls: readonly string[] },
): void {
  const isText = blocksOf(violations, message, turn.path).every((block) => block['type'] === 'text');
  violations.require(isText, turn.path, 'instructions are text');
  violations.require(turn.openCalls.length === 0, turn.path, `stands between tool_use and its tool_result`);
}

function blocksOf(violations: Violations, message: JsonRecord, path: string): readonly JsonRecord[] {
  const content = message['content'];
  if (typeof content === 'string') {
    violations.require(content.trim() !== '', `${path}.content`, 'must not be empty');
    return [];
  }
  return violations.filledArray(content, `${path}.content`).flatMap((value, index) => {
    const block = violations.record(value, `${path}.content[${index}]`);
    return block === undefined ? [] : [block];
  });
}

function idsOf(blocks: readonly JsonRecord[], type: string, field: string): readonly string[] {
  return blocks.filter((block) => block['type'] === type).map((block) => String(block[field]));
}

/** "tool_result blocks must come first in the content, and immediately follow their tool_use." ("Tool use") */
function checkToolResults(
  violations: Violations,
  blocks: readonly JsonRecord[],
  turn: { readonly path: string; readonly openCalls: readonly string[] },
): void {
  const answered = idsOf(blocks, 'tool_result', 'tool_use_id');
  for (const id of answered) {
    violations.require(
      turn.openCalls.includes(id),
      turn.path,
      `tool_result ${id} answers no tool_use of the turn before`,
    );
  }
  for (const id of turn.openCalls) {
    violations.require(answered.includes(id), turn.path, `tool_use ${id} of the turn before is not answered`);
  }
  violations.require(new Set(answered).size === answered.length, turn.path, 'a tool_use is answered twice');
  const firstOther = blocks.findIndex((block) => block['type'] !== 'tool_result');
  const lastResult = blocks.findLastIndex((block) => block['type'] === 'tool_result');
  violations.require(firstOther === -1 || lastResult < firstOther, turn.path, 'tool_result blocks must come first');
}

function checkBlock(
  violations: Violations,
  block: JsonRecord,
  place: { readonly path: string; readonly role: unknown },
): void {
  checkCacheMark(violations, block['cache_control'], place.path);
  const only = (role: string): void => violations.require(place.role === role, place.path, `belongs to ${role} turns`);
  switch (block['type']) {
    case 'text':
      return checkText(violations, block, place.path);
    case 'image':
      only('user');
      return checkImage(violations, block, place.path);
    case 'document':
      only('user');
      return violations.require(
        isRecord(block['source']) && isFilledString(block['source']['type']),
        `${place.path}.source`,
        'must have a type',
      );
    case 'tool_use':
      only('assistant');
      return checkToolUse(violations, block, place.path);
    case 'tool_result':
      only('user');
      return checkResultContent(violations, block, place);
    case 'thinking':
      only('assistant');
      violations.require(typeof block['thinking'] === 'string', `${place.path}.thinking`, 'must be text');
      return violations.require(isFilledString(block['signature']), `${place.path}.signature`, 'is required');
    case 'redacted_thinking':
      only('assistant');
      return violations.require(isFilledString(block['data']), `${place.path}.data`, 'is required');
    default: {
      const type = String(block['type']);
      const known = OTHER_BLOCKS.includes(type) || type.endsWith('_tool_result');
      return violations.require(known, `${place.path}.type`, `${JSON.stringify(block['type'])} is not a block`);
    }
  }
}

function checkText(violations: Violations, block: JsonRecord, path: string): void {
  // "text content blocks must contain non-whitespace text" (the API's own error)
  const filled = typeof block['text'] === 'string' && block['text'].trim() !== '';
  violations.require(filled, `${path}.text`, 'must have something else than whitespace');
}

function checkImage(violations: Violations, block: JsonRecord, path: string): void {
  const source = violations.record(block['source'], `${path}.source`);
  switch (source?.['type']) {
    case 'base64': {
      violations.oneOf(source['media_type'] ?? 'nothing', `${path}.source.media_type`, IMAGE_TYPES);
      const legal = typeof source['data'] === 'string' && /^[A-Za-z0-9+/]+=*$/.test(source['data']);
      return violations.require(legal, `${path}.source.data`, 'must be base64 without a prefix');
    }
    case 'url':
      return violations.require(
        /^https?:\/\/./.test(String(source['url'])),
        `${path}.source.url`,
        'must be an http(s) URL',
      );
    case 'file':
      return violations.require(isFilledString(source['file_id']), `${path}.source.file_id`, 'is required');
    default:
      return violations.add(`${path}.source.type`, 'must be base64, url or file');
  }
}

function checkToolUse(violations: Violations, block: JsonRecord, path: string): void {
  violations.require(
    typeof block['id'] === 'string' && TOOL_USE_ID.test(block['id']),
    `${path}.id`,
    'is not a tool_use id',
  );
  violations.require(isFilledString(block['name']), `${path}.name`, 'is required');
  violations.require(isRecord(block['input']), `${path}.input`, 'must be an object');
}

function checkResultContent(
  violations: Violations,
  block: JsonRecord,
  place: { readonly path: string; readonly role: unknown },
): void {
  violations.boolean(block['is_error'], `${place.path}.is_error`);
  const content = block['content'];
  if (content === undefined || typeof content === 'string') return;
  if (!isArray(content)) return violations.add(`${place.path}.content`, 'must be text or a list');
  for (const [index, value] of content.entries()) {
    const path = `${place.path}.content[${index}]`;
    const inner = violations.record(value, path);
    if (inner === undefined) continue;
    const allowed = ['text', 'image', 'document', 'search_result', 'tool_reference'].includes(String(inner['type']));
    if (!allowed) violations.add(`${path}.type`, `${JSON.stringify(inner['type'])} is not allowed in a tool_result`);
    else if (inner['type'] !== 'tool_reference') checkBlock(violations, inner, { path, role: place.role });
  }
}

function checkCacheMark(violations: Violations, mark: unknown, path: string): void {
  if (mark === undefined || mark === null) return;
  const record = violations.record(mark, `${path}.cache_control`);
  violations.require(record?.['type'] === 'ephemeral', `${path}.cache_control.type`, 'must be ephemeral');
  violations.oneOf(record?.['ttl'], `${path}.cache_control.ttl`, ['5m', '1h']);
}

/** "final assistant content cannot end with trailing whitespace" (the API's own error) */
function checkPrefill(violations: Violations, last: unknown): void {
  if (!isRecord(last) || last['role'] !== 'assistant') return;
  const content = last['content'];
  const lastBlock = isArray(content) ? content.at(-1) : undefined;
  const text = typeof content === 'string' ? content : isRecord(lastBlock) ? lastBlock['text'] : undefined;
  violations.require(
    typeof text !== 'string' || text === text.trimEnd(),
    'messages',
    'a prefill cannot end in whitespace',
  );
}
