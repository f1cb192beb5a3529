import type { Block, Message, OpaqueBlock, ToolResultBlock } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { ownFields } from '../extensions/extensions.js';
import { compact } from '../json/json-object.js';
import { encodeContent, type PlacedBlock } from '../openai-chat/encode-parts.js';
import type { LossLog } from '../losses/loss-log.js';
import { withFields } from '../extensions/merge-fields.js';
import { blockPath, messagePath } from '../losses/field-path.js';
import { encodeAssistantItems } from './encode-assistant.js';
import { encodeInputPart, noteLosses } from './encode-parts.js';
import { RESPONSES } from './reasoning-proof.js';
import { encodeCallId } from './tool-names.js';

export interface EncodedInput {
  readonly instructions: string | undefined;
  readonly input: readonly JsonObject[];
}

/** The conversation as items. System messages that lead it become the instructions, unless they were items themselves. */
export function encodeInput(messages: readonly Message[], log: LossLog): EncodedInput {
  const firstItem = messages.findIndex((message) => !isInstruction(message));
  const leading = firstItem === -1 ? messages.length : firstItem;
  const texts = messages.slice(0, leading).map((message) => encodeInstruction(message, messagePath(message), log));
  const input = messages.slice(leading).flatMap((message): JsonObject[] => {
    const path = messagePath(message);
    noteMessageLosses(message, path, log);
    const blocks = placeBlocks(message.content, path);
    return message.role === 'assistant' ? encodeAssistantItems(blocks, log) : encodePrompt(message, blocks, log);
  });
  return { instructions: leading === 0 ? undefined : texts.join('\n\n'), input };
}

function isInstruction(message: Message): boolean {
  const isText = message.content.every((block) => block.type === 'text');
  return message.role === 'system' && isText && ownFields(RESPONSES, message.extensions)['item'] === undefined;
}

function encodeInstruction(message: Message, path: string, log: LossLog): string {
  noteMessageLosses(message, path, log);
  const texts = placeBlocks(message.content, path).map(({ block, path: place }) => {
    noteLosses({ block, path: place }, log);
    return block.type === 'text' ? block.text : '';
  });
  return texts.join('\n\n');
}

function noteMessageLosses(message: Message, path: string, log: LossLog): void {
  log.foreignFields(message.extensions, path);
  if (message.name !== undefined) log.dropped(`${path}.name`, 'openai-responses has no names of speakers');
}

function placeBlocks(content: Message['content'], path: string): PlacedBlock[] {
  return content.map((block) => ({ block, path: blockPath(path, block) }));
}

/** The outputs of calls come first, next to the calls; what else was said follows as one message. */
function encodePrompt(message: Message, blocks: readonly PlacedBlock[], log: LossLog): JsonObject[] {
  const items: JsonObject[] = [];
  const parts: JsonObject[] = [];
  for (const { block, path } of blocks) {
    if (block.type === 'tool-result') {
      items.push(encodeToolResult({ block, path }, log));
    } else if (isItem(block)) {
      items.push(block.value);
    } else {
      const part = encodeInputPart({ block, path }, log);
      if (part !== undefined) parts.push(part);
    }
  }
  const { item, ...fields } = ownFields(RESPONSES, message.extensions);
  if (parts.length === 0) return items;
  return [...items, { ...identity(item), ...fields, role: message.role, content: parts }];
}

/** An opaque block of this dialect is an item of its own, unless it says what item it is a part of. */
function isItem(block: Block): block is OpaqueBlock {
  return block.type === 'opaque' && block.dialect === RESPONSES && block.extensions === undefined;
}

/** The fields that name an item. */
function identity(item: unknown): JsonObject {
  return typeof item === 'object' && item !== null ? { ...item } : {};
}

function encodeToolResult({ block, path }: PlacedBlock<ToolResultBlock>, log: LossLog): JsonObject {
  const fields = noteLosses({ block, path }, log);
  const parts = placeBlocks(block.content, path)
    .map((placed) => encodeInputPart(placed, log))
    .filter((part) => part !== undefined);
  if (block.isError) log.approximated(`${path}.isError`, 'openai-responses marks no failed output; its text says so');
  const output = encodeOutput(block.isError ? [{ type: 'input_text', text: 'Error:' }, ...parts] : parts);
  const item = compact({
    type: block.freeform ? 'custom_tool_call_output' : 'function_call_output',
    ...identity(ownFields(RESPONSES, block.extensions)['item']),
    call_id: encodeCallId(block.toolCallId),
    output,
  });
  return withFields(item, fields);
}

/** Text alone becomes one string, which every server of this dialect takes. */
function encodeOutput(parts: readonly JsonObject[]): string | readonly JsonObject[] {
  const isText = (part: JsonObject) => part['type'] === 'input_text' && Object.keys(part).length === 2;
  if (!parts.every(isText)) return parts;
  return encodeContent(
    parts.map((part) => ({ ...part, type: 'text' })),
    '\n\n',
  );
}
