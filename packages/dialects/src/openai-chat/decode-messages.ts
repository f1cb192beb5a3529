import type { Block, Message, ToolResultBlock } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { extensionsOf } from '../extensions/extensions.js';
import { compact, restOf } from '../json/json-object.js';
import { decodeCacheMark, decodePart } from './decode-parts.js';
import { decodeToolCall } from './decode-tool-call.js';
import type { WireMessage, WirePart } from './wire-request.js';

type WireContent = string | readonly WirePart[] | null | undefined;
type Of<Role extends WireMessage['role']> = Extract<WireMessage, { role: Role }>;

/** Consecutive `tool` messages answer one assistant turn, so they become one user turn. */
export function decodeMessages(messages: readonly WireMessage[]): Message[] {
  const turns: Message[] = [];
  const freeformIds = new Set<string>();
  let results: ToolResultBlock[] | undefined;
  for (const [index, message] of messages.entries()) {
    const path = `messages[${index}]`;
    if (message.role !== 'tool') {
      results = undefined;
      const turn = message.role === 'assistant' ? decodeAssistant(message, path) : decodePrompt(message, path);
      for (const block of turn.content) if (block.type === 'tool-call' && block.freeform) freeformIds.add(block.id);
      turns.push(turn);
      continue;
    }
    if (results === undefined) {
      results = [];
      turns.push({ role: 'user', content: results });
    }
    const result = decodeToolResult(message, path);
    results.push(freeformIds.has(result.toolCallId) ? { ...result, freeform: true } : result);
  }
  return turns;
}

function decodePrompt(message: Of<'system' | 'developer' | 'user'>, path: string): Message {
  const { role, content, name, cache_control, ...rest } = message;
  const blocks = markLast(decodeContent(content, path), cache_control);
  return compact({ role, content: blocks, name: name ?? undefined, extensions: extend(rest) });
}

function decodeAssistant(message: Of<'assistant'>, path: string): Message {
  const { role, content, name, refusal, tool_calls, cache_control, reasoning_content, reasoning, ...rest } = message;
  const blocks: Block[] = [];
  const thought = firstText(reasoning_content, reasoning);
  if (thought !== undefined) blocks.push({ type: 'reasoning', text: thought, provenance: 'openai-chat' });
  // An empty answer beside tool calls says nothing, and some dialects refuse empty text.
  if (content !== '') blocks.push(...decodeContent(content, path));
  if (refusal) blocks.push({ type: 'refusal', text: refusal });
  for (const [index, call] of (tool_calls ?? []).entries()) {
    blocks.push(decodeToolCall(call, `call_${index}`));
  }
  const others = { ...rest, ...(typeof reasoning === 'string' ? {} : { reasoning }) };
  return compact({
    role,
    content: markLast(blocks, cache_control),
    name: name ?? undefined,
    extensions: extend(others),
  });
}

function decodeToolResult(message: Of<'tool'>, path: string): ToolResultBlock {
  const { role: _, tool_call_id, content, cache_control, ...rest } = message;
  return compact({
    type: 'tool-result' as const,
    toolCallId: tool_call_id,
    content: decodeResultContent(content, path),
    cache: decodeCacheMark(cache_control),
    extensions: extend(rest),
  });
}

function decodeContent(content: WireContent, path: string): Block[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return (content ?? []).map((part, index) => decodePart(part, `${path}.content[${index}]`));
}

type ResultContent = ToolResultBlock['content'];

/** A tool result holds no sound, refusal or reasoning: such parts stay as they are. */
function decodeResultContent(content: WireContent, path: string): ResultContent {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return (content ?? []).map((part, index): ResultContent[number] => {
    const block = decodePart(part, `${path}.content[${index}]`);
    if (block.type === 'text' || block.type === 'image' || block.type === 'document') return block;
    return { type: 'opaque', dialect: 'openai-chat', value: part };
  });
}

/** A mark on a message is one on its last block, unless that has its own. */
function markLast(blocks: Block[], mark: Parameters<typeof decodeCacheMark>[0]): Block[] {
  const cache = decodeCacheMark(mark);
  const last = blocks.at(-1);
  if (cache === undefined || last === undefined || last.cache !== undefined) return blocks;
  return [...blocks.slice(0, -1), { ...last, cache }];
}

function firstText(...candidates: readonly unknown[]): string | undefined {
  return candidates.find((candidate): candidate is string => typeof candidate === 'string' && candidate !== '');
}

function extend(rest: JsonObject) {
  return extensionsOf('openai-chat', restOf(rest, []));
}
