import {
  assertNever,
  type Block,
  type CacheMark,
  type DocumentBlock,
  type ImageBlock,
  type MediaSource,
  type TextBlock,
  type ToolCallBlock,
  type ToolResultBlock,
  type Warning,
} from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { foreignFieldWarnings, ownFields } from '../extensions/extensions.js';
import { blockPath } from '../losses/field-path.js';
import { ANTHROPIC, encodeOwnCitations, isOwnCitation } from './citations.js';
import { encodeToolId } from './tool-ids.js';
import { encodeToolInput } from './tool-input.js';

/** Where losses are noted, and how the place at hand is called. */
export interface LossLog {
  readonly path: string;
  readonly warnings: Warning[];
}

/** The fields that carry a cache mark; none for no mark. */
export function encodeCacheMark(cache: CacheMark | undefined): JsonObject {
  if (cache === undefined) return {};
  return { cache_control: { type: 'ephemeral', ...(cache.ttl === undefined ? {} : { ttl: cache.ttl }) } };
}

/** A block as Anthropic's, or undefined when it has no place there; what is lost is noted. */
export function encodeBlock(block: Block, log: LossLog): JsonObject | undefined {
  log.warnings.push(...foreignFieldWarnings(ANTHROPIC, block.extensions, log.path));
  switch (block.type) {
    case 'text':
      noteLostCitations(block, log);
      return encodeText(block, encodeOwnCitations(block.citations));
    case 'image':
      return encodeImage(block, log);
    case 'document':
      return encodeDocument(block, log);
    case 'audio':
      return lost(log, 'anthropic-messages has no audio input');
    case 'tool-call':
      return encodeToolCall(block, log);
    case 'tool-result':
      return encodeToolResult(block, log);
    case 'reasoning':
      // Anthropic refuses thinking that it did not sign. (Extended thinking, preserving thinking blocks)
      if (block.provenance !== ANTHROPIC || !block.signature) return lost(log, 'reasoning that Anthropic did not sign');
      return { ...shared(block), type: 'thinking', thinking: block.text, signature: block.signature };
    case 'redacted-reasoning':
      if (block.provenance !== ANTHROPIC) return lost(log, `reasoning that only ${block.provenance} can read`);
      return { ...shared(block), type: 'redacted_thinking', data: block.data };
    case 'refusal':
      if (block.text === '') return undefined;
      log.warnings.push({ type: 'approximated', field: log.path, reason: 'a refusal becomes text' });
      return { ...shared(block), type: 'text', text: block.text };
    case 'opaque':
      return block.dialect === ANTHROPIC ? block.value : lost(log, `a block that only ${block.dialect} understands`);
    default:
      return assertNever(block);
  }
}

/** Anthropic refuses empty text, and nothing is lost without it. (Messages API reference, text content block) */
export function encodeText(block: TextBlock, citations: readonly JsonObject[]): JsonObject | undefined {
  if (block.text === '') return undefined;
  const cited = citations.length === 0 ? {} : { citations };
  return { ...shared(block), type: 'text', text: block.text, ...cited };
}

/** Of a request: what the API did not write itself it cannot take back, and a text that says nothing is left out. */
function noteLostCitations({ citations = [], text }: TextBlock, log: LossLog): void {
  if (citations.length === 0 || (text !== '' && citations.every(isOwnCitation))) return;
  const reason =
    text === '' ? 'a text that says nothing is left out' : 'anthropic-messages takes back only its own citations';
  log.warnings.push({ type: 'dropped', field: `${log.path}.citations`, reason });
}

export function encodeToolCall(block: ToolCallBlock, log: LossLog): JsonObject {
  const { input, approximated } = encodeToolInput(block.arguments);
  if (approximated) {
    log.warnings.push({ type: 'approximated', field: log.path, reason: 'the arguments are not a JSON object' });
  }
  return { ...shared(block), type: 'tool_use', id: encodeToolId(block.id), name: block.name, input };
}

function shared(block: Block): JsonObject {
  return { ...ownFields(ANTHROPIC, block.extensions), ...encodeCacheMark(block.cache) };
}

function lost(log: LossLog, reason: string): undefined {
  log.warnings.push({ type: 'dropped', field: log.path, reason });
}

function encodeImage(block: ImageBlock, log: LossLog): JsonObject {
  if (block.detail !== undefined && block.detail !== 'auto') {
    log.warnings.push({
      type: 'dropped',
      field: `${log.path}.detail`,
      reason: 'anthropic-messages chooses the detail',
    });
  }
  return { ...shared(block), type: 'image', source: encodeMediaSource(block.source) };
}

function encodeDocument(block: DocumentBlock, log: LossLog): JsonObject | undefined {
  const source = encodeDocumentSource(block.source);
  if (source === undefined) return lost(log, 'anthropic-messages takes PDF and plain text documents only');
  const title = block.title === undefined ? {} : { title: block.title };
  return { ...shared(block), type: 'document', source, ...title };
}

function encodeDocumentSource(source: DocumentBlock['source']): JsonObject | undefined {
  if (source.type === 'text') return { type: 'text', media_type: 'text/plain', data: source.text };
  if (source.type !== 'data' || source.mediaType === 'application/pdf') return encodeMediaSource(source);
  if (!source.mediaType.startsWith('text/')) return undefined;
  return { type: 'text', media_type: 'text/plain', data: Buffer.from(source.data, 'base64').toString('utf8') };
}

function encodeMediaSource(source: MediaSource): JsonObject {
  switch (source.type) {
    case 'url':
      return { type: 'url', url: source.url };
    case 'data':
      return { type: 'base64', media_type: source.mediaType, data: source.data };
    case 'file':
      return { type: 'file', file_id: source.fileId };
  }
}

function encodeToolResult(block: ToolResultBlock, log: LossLog): JsonObject {
  const content = block.content.flatMap((part) => {
    return encodeBlock(part, { ...log, path: blockPath(log.path, part) }) ?? [];
  });
  return {
    ...shared(block),
    type: 'tool_result',
    tool_use_id: encodeToolId(block.toolCallId),
    ...(content.length === 0 ? {} : { content }),
    ...(block.isError === undefined ? {} : { is_error: block.isError }),
  };
}
