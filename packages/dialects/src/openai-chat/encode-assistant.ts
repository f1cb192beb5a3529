import type { ReasoningBlock, RefusalBlock, ToolCallBlock } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { ownFields } from '../extensions/extensions.js';
import { unwrapInput } from '../freeform/freeform.js';
import { isCustomCall } from './custom-calls.js';
import { encodeContent, encodePart, type PlacedBlock } from './encode-parts.js';
import type { LossLog } from '../losses/loss-log.js';
import { withFields } from '../extensions/merge-fields.js';

/**
 * The fields of an assistant message, in a request or in an answer. The API has one text, then tool calls: texts are
 * joined, and their order among tool calls is not kept.
 */
export function encodeAssistant(blocks: readonly PlacedBlock[], log: LossLog): JsonObject {
  const parts: JsonObject[] = [];
  const calls: JsonObject[] = [];
  const reasoning: string[] = [];
  const refusals: string[] = [];
  for (const { block, path } of blocks) {
    if (block.type === 'reasoning') reasoning.push(...encodeReasoning({ block, path }, log));
    else if (block.type === 'tool-call') calls.push(encodeToolCall({ block, path }, log));
    else if (block.type === 'refusal') refusals.push(encodeRefusal({ block, path }, log));
    else if (block.type === 'text' || block.type === 'opaque') parts.push(...present(encodePart({ block, path }, log)));
    else log.dropped(path, `openai-chat has no place for a ${block.type} block in an assistant message`);
  }
  const content = encodeContent(parts, '');
  const isEmpty = content === '' && (calls.length > 0 || refusals.length > 0);
  return {
    role: 'assistant',
    content: isEmpty ? null : content,
    ...(refusals.length > 0 && { refusal: refusals.join('') }),
    ...(reasoning.length > 0 && { reasoning_content: reasoning.join('\n\n') }),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
}

/** The reasoning goes as text. A signature marks it as another family's, which takes only its own back. */
function encodeReasoning({ block, path }: PlacedBlock<ReasoningBlock>, log: LossLog): string[] {
  log.cacheMark(block.cache, path);
  log.foreignFields(block.extensions, path);
  if (block.signature) log.dropped(`${path}.signature`, 'openai-chat carries reasoning without signatures');
  return block.text === '' ? [] : [block.text];
}

function encodeToolCall({ block, path }: PlacedBlock<ToolCallBlock>, log: LossLog): JsonObject {
  log.cacheMark(block.cache, path);
  log.foreignFields(block.extensions, path);
  const { id, name } = block;
  const call = isCustomCall(block)
    ? { id, type: 'custom', custom: { name, input: unwrapInput(block.arguments) } }
    : { id, type: 'function', function: { name, arguments: block.arguments || '{}' } };
  return withFields(call, ownFields('openai-chat', block.extensions));
}

function encodeRefusal({ block, path }: PlacedBlock<RefusalBlock>, log: LossLog): string {
  log.cacheMark(block.cache, path);
  log.foreignFields(block.extensions, path);
  return block.text;
}

function present(part: JsonObject | undefined): JsonObject[] {
  return part === undefined ? [] : [part];
}
