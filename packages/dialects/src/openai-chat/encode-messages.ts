import type { Block, Message, ReasoningBlock, ToolResultBlock } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { ownFields } from '../extensions/extensions.js';
import { blockPath, messagePath } from '../losses/field-path.js';
import { encodeAssistant } from './encode-assistant.js';
import { encodeContent, encodePart, type PlacedBlock } from './encode-parts.js';
import type { LossLog } from '../losses/loss-log.js';
import { withFields } from '../extensions/merge-fields.js';

interface Turn {
  readonly message: Message;
  readonly path: string;
  readonly blocks: readonly PlacedBlock[];
}

/**
 * The conversation as messages. What answers an assistant's tool calls must follow them at once (OpenAI guide, "Function
 * calling"), so of the turns up to the next assistant the tool results come first, whatever stood before them.
 */
export function encodeMessages(messages: readonly Message[], log: LossLog): JsonObject[] {
  const encoded: JsonObject[] = [];
  let run: Turn[] = [];
  for (const message of messages) {
    const turn = placeBlocks(message, messagePath(message));
    if (message.role !== 'assistant') {
      run.push(turn);
      continue;
    }
    encoded.push(...encodeRun(run, log), encodeAssistantTurn(turn, log));
    run = [];
  }
  encoded.push(...encodeRun(run, log));
  return encoded;
}

function placeBlocks(message: Message, path: string): Turn {
  const blocks = message.content.map((block) => ({ block, path: blockPath(path, block) }));
  return { message, path, blocks };
}

function encodeAssistantTurn({ message, path, blocks }: Turn, log: LossLog): JsonObject {
  log.foreignFields(message.extensions, path);
  const kept = blocks.filter(({ block, path: blockPath }) => {
    if (block.type !== 'reasoning' || !isForeignReasoning(block)) return true;
    log.dropped(blockPath, `reasoning signed for ${block.provenance} goes back only there`);
    return false;
  });
  return withFields(named(encodeAssistant(kept, log), message), ownFields('openai-chat', message.extensions));
}

/** Reasoning that came through another dialect, but unsigned, was made by a provider of this one. */
function isForeignReasoning(block: ReasoningBlock): boolean {
  return block.provenance !== 'openai-chat' && Boolean(block.signature);
}

/** The turns between two assistant turns. */
function encodeRun(turns: readonly Turn[], log: LossLog): JsonObject[] {
  const encoded: JsonObject[] = [];
  const attachments: PlacedBlock[] = [];
  for (const { block, path } of turns.flatMap((turn) => turn.blocks)) {
    if (block.type !== 'tool-result') continue;
    encoded.push(encodeToolResult({ block, path }, log));
    attachments.push(...attachmentsOf({ block, path }, log));
  }
  for (const turn of turns) {
    const own = turn.blocks.filter(({ block }) => block.type !== 'tool-result');
    log.foreignFields(turn.message.extensions, turn.path);
    if (own.length === 0 && turn.blocks.length > 0) continue;
    const isUser = turn.message.role === 'user';
    encoded.push(encodePrompt(turn.message, isUser ? [...attachments.splice(0), ...own] : own, log));
  }
  if (attachments.length > 0) encoded.push(encodePrompt({ role: 'user', content: [] }, attachments, log));
  return encoded;
}

function encodePrompt(message: Message, blocks: readonly PlacedBlock[], log: LossLog): JsonObject {
  const parts = blocks
    .filter(({ block, path }) => message.role === 'user' || isInstruction(block, path, log))
    .map((placed) => encodePart(placed, log))
    .filter((part) => part !== undefined);
  const fields = named({ role: message.role, content: encodeContent(parts, '\n\n') }, message);
  return withFields(fields, ownFields('openai-chat', message.extensions));
}

function isInstruction(block: Block, path: string, log: LossLog): boolean {
  if (block.type === 'text') return true;
  log.dropped(path, 'instructions are text only in openai-chat');
  return false;
}

function named(fields: JsonObject, message: Message): JsonObject {
  return message.name === undefined ? fields : { ...fields, name: message.name };
}

function encodeToolResult({ block, path }: PlacedBlock<ToolResultBlock>, log: LossLog): JsonObject {
  log.cacheMark(block.cache, path);
  log.foreignFields(block.extensions, path);
  const parts = placeResult(block, path)
    .filter((placed) => !isAttachment(placed.block))
    .map((placed) => encodePart(placed, log))
    .filter((part) => part !== undefined);
  const content = encodeContent(block.isError ? [{ type: 'text', text: 'Error:' }, ...parts] : parts, '\n\n');
  if (block.isError) log.approximated(`${path}.isError`, 'openai-chat marks no failed tool result; its text says so');
  const message = { role: 'tool', tool_call_id: block.toolCallId, content };
  return withFields(message, ownFields('openai-chat', block.extensions));
}

/** Tool messages carry text only, so the rest of a result is told by the user, under the call it belongs to. */
function attachmentsOf({ block, path }: PlacedBlock<ToolResultBlock>, log: LossLog): PlacedBlock[] {
  const attachments = placeResult(block, path).filter((placed) => isAttachment(placed.block));
  if (attachments.length === 0) return [];
  for (const attachment of attachments) {
    log.approximated(attachment.path, 'openai-chat tool results are text only; a user message carries it');
  }
  return [{ block: { type: 'text', text: `Result of tool call ${block.toolCallId}:` }, path }, ...attachments];
}

function placeResult(block: ToolResultBlock, path: string): PlacedBlock[] {
  return block.content.map((inner) => ({ block: inner, path: blockPath(path, inner) }));
}

function isAttachment(block: Block): boolean {
  return block.type === 'image' || (block.type === 'document' && block.source.type !== 'text');
}
