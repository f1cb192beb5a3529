import {
  assertNever,
  type Block,
  type Citation,
  type ReasoningBlock,
  type TextBlock,
  type ToolCallBlock,
} from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { foreignFieldWarnings, ownFields } from '../extensions/extensions.js';
import { isJsonObject } from '../json/json-object.js';
import { wordOf } from '../json/read-json.js';
import { isMadeStep } from '../made/made-id.js';
import type { PlacedBlock } from '../openai-chat/encode-parts.js';
import type { LossLog } from '../losses/loss-log.js';
import { withFields } from '../extensions/merge-fields.js';
import { encodeAnnotations } from './citations.js';
import { noteLosses } from './encode-parts.js';
import { unwrapInput } from '../freeform/freeform.js';
import { RESPONSES } from './reasoning-proof.js';
import { encodeCallId } from './tool-names.js';

/** A message or a reasoning item that blocks are being added to. */
interface OpenItem {
  readonly type: 'message' | 'reasoning';
  readonly id: string | undefined;
  readonly parts: JsonObject[];
  /** What is true of the item as a whole. */
  fields: JsonObject;
}

/** The items of an assistant turn. Texts in a row are one message, parts that name one item become that item again. */
export function encodeAssistantItems(blocks: readonly PlacedBlock[], log: LossLog): JsonObject[] {
  const items: (JsonObject | OpenItem)[] = [];
  let open: OpenItem | undefined;
  for (const placed of blocks) {
    const { block, path } = placed;
    const kind = kindOf(block);
    if (kind === 'message' || kind === 'reasoning') {
      if (kind === 'reasoning' && isForeign(block)) {
        log.dropped(path, `reasoning of ${provenanceOf(block)} goes back only there`);
        continue;
      }
      if (open === undefined || !takes(open, kind, block)) {
        open = { type: kind, id: idOf(block), parts: [], fields: {} };
        items.push(open);
      }
      addBlock(open, placed, log);
      continue;
    }
    const item = kind === 'call' ? encodeCall(placed, log) : encodeOther(placed, log);
    if (item === undefined) continue;
    open = undefined;
    items.push(item);
  }
  return items.map((item) => (isOpenItem(item) ? encodeItem(item) : item));
}

function kindOf(block: Block): OpenItem['type'] | 'call' | undefined {
  switch (block.type) {
    case 'text':
    case 'refusal':
      return 'message';
    case 'reasoning':
    case 'redacted-reasoning':
      return 'reasoning';
    case 'tool-call':
      return 'call';
    case 'opaque':
      return block.dialect === RESPONSES && block.extensions !== undefined ? 'message' : undefined;
    case 'image':
    case 'audio':
    case 'document':
    case 'tool-result':
      return undefined;
    default:
      return assertNever(block);
  }
}

/** OpenAI refuses reasoning that it did not make. */
function isForeign(block: Block): boolean {
  return provenanceOf(block) !== RESPONSES;
}

function provenanceOf(block: Block): string | undefined {
  return block.type === 'reasoning' || block.type === 'redacted-reasoning' ? block.provenance : undefined;
}

function idOf(block: Block): string | undefined {
  const { item } = ownFields(RESPONSES, block.extensions);
  return isJsonObject(item) ? wordOf(item['id']) : undefined;
}

/** Texts without an id go together; reasoning without one was made in one piece. */
function takes(open: OpenItem, kind: OpenItem['type'], block: Block): boolean {
  return open.type === kind && open.id === idOf(block) && (kind === 'message' || open.id !== undefined);
}

function addBlock(open: OpenItem, { block, path }: PlacedBlock, log: LossLog): void {
  const fields = noteLosses({ block, path }, log);
  const { message } = ownFields(RESPONSES, block.extensions);
  if (isJsonObject(message)) open.fields = { ...open.fields, ...message };
  switch (block.type) {
    case 'text':
      open.parts.push(withFields({ type: 'output_text', text: block.text, ...encodeCited(block, path, log) }, fields));
      return;
    case 'refusal':
      open.parts.push(withFields({ type: 'refusal', refusal: block.text }, fields));
      return;
    case 'opaque':
      open.parts.push(block.value);
      return;
    case 'reasoning':
      if (block.text !== '') open.parts.push(reasoningPart(block));
      open.fields = { ...open.fields, ...fields, ...(block.signature && { encrypted_content: block.signature }) };
      return;
    case 'redacted-reasoning':
      open.fields = { ...open.fields, ...fields, encrypted_content: block.data };
      return;
    default:
  }
}

function encodeCited({ citations = [], text }: TextBlock, path: string, log: LossLog): JsonObject {
  const annotations = encodeAnnotations(citations, text);
  if (annotations.length < citations.length) {
    log.dropped(`${path}.citations`, 'openai-responses cites web pages and its own files only');
  } else if (citations.some(isRicher)) {
    log.approximated(
      `${path}.citations`,
      'the words of the source, and what only its own dialect understands, are left out',
    );
  }
  return annotations.length === 0 ? {} : { annotations };
}

function isRicher({ citedText, extensions }: Citation): boolean {
  return citedText !== undefined || foreignFieldWarnings(RESPONSES, extensions, '').length > 0;
}

function reasoningPart({ form, text }: Pick<ReasoningBlock, 'form' | 'text'>): JsonObject {
  return { type: form === 'text' ? 'reasoning_text' : 'summary_text', text };
}

function isOpenItem(item: JsonObject | OpenItem): item is OpenItem {
  return 'parts' in item && 'fields' in item;
}

function encodeItem({ type, id, parts, fields }: OpenItem): JsonObject {
  const named = id === undefined ? { type } : { type, id };
  if (type === 'message') return { ...named, ...fields, role: 'assistant', content: parts };
  const summary = parts.filter((part) => part['type'] === 'summary_text');
  const content = parts.filter((part) => part['type'] === 'reasoning_text');
  return { ...named, ...fields, summary, ...(content.length > 0 && { content }) };
}

function encodeCall({ block, path }: PlacedBlock, log: LossLog): JsonObject | undefined {
  if (block.type !== 'tool-call') return undefined;
  const fields = noteLosses({ block, path }, log);
  const { item } = ownFields(RESPONSES, block.extensions);
  return withFields({ ...callHead(block), ...(isJsonObject(item) ? item : {}), ...calledText(block) }, fields);
}

/** The fields that name a call. */
export function callHead(block: Pick<ToolCallBlock, 'id' | 'name' | 'freeform' | 'namespaced'>): JsonObject {
  return {
    type: block.freeform ? 'custom_tool_call' : 'function_call',
    call_id: encodeCallId(block.id),
    name: block.namespaced?.name ?? block.name,
    ...(block.namespaced && { namespace: block.namespaced.namespace }),
  };
}

function calledText(block: ToolCallBlock): JsonObject {
  return block.freeform ? { input: unwrapInput(block.arguments) } : { arguments: block.arguments || '{}' };
}

function encodeOther({ block, path }: PlacedBlock, log: LossLog): JsonObject | undefined {
  if (isMadeStep(block)) return lost(path, 'a step of a tool that another provider ran', log);
  if (block.type === 'opaque' && block.dialect === RESPONSES) return block.value;
  const who = block.type === 'opaque' ? `only ${block.dialect} understands this block` : undefined;
  return lost(path, who ?? `openai-responses has no place for a ${block.type} block in an assistant turn`, log);
}

function lost(path: string, reason: string, log: LossLog): undefined {
  log.dropped(path, reason);
}
