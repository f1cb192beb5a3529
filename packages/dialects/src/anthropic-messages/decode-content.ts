import { GatewayError, type Block, type CacheMark, type Extensions, type MediaSource } from '@switchyard/canonical';
import type { DocumentBlock, ImageBlock, OpaqueBlock, TextBlock, ToolResultBlock } from '@switchyard/canonical';
import { z } from 'zod';

import type { JsonObject } from '../dialect.js';
import { extensionsOf } from '../extensions/extensions.js';
import { compact, restOf } from '../json/json-object.js';
import { openProof } from '../made/proof.js';
import { ANTHROPIC, decodeCitations } from './citations.js';
import { readStep } from './server-steps.js';

export { ANTHROPIC };

const contentBlock = z.looseObject({ type: z.string() });
export type ContentBlock = z.infer<typeof contentBlock>;
const cacheControl = z.looseObject({ type: z.literal('ephemeral'), ttl: z.enum(['5m', '1h']).nullish() });
const text = z.looseObject({ text: z.string() });
const toolUse = z.looseObject({ id: z.string(), name: z.string(), input: z.unknown() });
const thinking = z.looseObject({ thinking: z.string(), signature: z.string().nullish() });
const redactedThinking = z.looseObject({ data: z.string() });
const toolResult = z.looseObject({
  tool_use_id: z.string(),
  content: z.union([z.string(), z.array(contentBlock)]).nullish(),
  is_error: z.boolean().nullish(),
});
const mediaSource = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('base64'), media_type: z.string(), data: z.string() }),
  z.strictObject({ type: z.literal('url'), url: z.string() }),
  z.strictObject({ type: z.literal('file'), file_id: z.string() }),
]);
const textSource = z.strictObject({ type: z.literal('text'), media_type: z.string(), data: z.string() });

/** `content`, as a string or a list of blocks. A string is one text block. */
export const content = z.union([z.string(), z.array(contentBlock)]);

export function decodeContent(value: z.infer<typeof content>, path: string): Block[] {
  if (typeof value === 'string') return [{ type: 'text', text: value }];
  return value.map((block, index) => decodeBlock(block, `${path}.${index}`));
}

/** One content block, of a request or of an answer. A type we do not know stays as it is, for its own dialect only. */
export function decodeBlock(block: ContentBlock, path: string): Block {
  switch (block.type) {
    case 'text':
      return decodeText(block, path);
    case 'image':
      return decodeImage(block);
    case 'document':
      return decodeDocument(block);
    case 'tool_use': {
      const { id, name, input } = readField(toolUse, block, path);
      const rest = restAndCache(block, ['type', 'id', 'name', 'input']);
      return compact({ type: 'tool-call', id, name, arguments: JSON.stringify(input ?? {}), ...rest });
    }
    case 'tool_result':
      return decodeToolResult(block, path);
    case 'thinking': {
      const { thinking: said, signature } = readField(thinking, block, path);
      const rest = restAndCache(block, ['type', 'thinking', 'signature']);
      const { provenance, data } = openProof(signature ?? '', ANTHROPIC);
      return compact({ type: 'reasoning', text: said, signature: data || undefined, provenance, ...rest });
    }
    case 'redacted_thinking': {
      const { provenance, data } = openProof(readField(redactedThinking, block, path).data, ANTHROPIC);
      const rest = restAndCache(block, ['type', 'data']);
      return compact({ type: 'redacted-reasoning', data, provenance, ...rest });
    }
    default:
      return opaqueStep(block);
  }
}

/** The value, when it has the shape; what a client sent wrong is named by its path. */
export function readField<Schema extends z.ZodType>(schema: Schema, value: unknown, path: string): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const param = [path, ...(issue?.path ?? [])].filter((part) => part !== '').join('.');
  throw new GatewayError('invalid_request', `${param || 'body'}: ${issue?.message ?? 'not valid'}`, { param });
}

/** The mark behind `cache_control`; undefined for a shape we do not know, which then rides along unread. */
export function decodeCacheMark(value: unknown): CacheMark | undefined {
  const parsed = cacheControl.safeParse(value);
  if (!parsed.success || Object.keys(parsed.data).some((key) => key !== 'type' && key !== 'ttl')) return undefined;
  return parsed.data.ttl ? { ttl: parsed.data.ttl } : {};
}

interface RestAndCache {
  readonly cache?: CacheMark | undefined;
  readonly extensions?: Extensions | undefined;
}

/** What an object holds beside its known fields: its cache mark, and what only this dialect knows. */
export function restAndCache(object: JsonObject, known: readonly string[]): RestAndCache {
  const cache = decodeCacheMark(object['cache_control']);
  const rest = restOf(object, cache === undefined ? known : [...known, 'cache_control']);
  return { cache, extensions: extensionsOf(ANTHROPIC, rest) };
}

/** A block for its own dialect only. */
export function opaque(block: JsonObject): OpaqueBlock {
  return { type: 'opaque', dialect: ANTHROPIC, value: block };
}

/** A block of a server tool, which tells other dialects at least what was done. */
export function opaqueStep(block: JsonObject): OpaqueBlock {
  return compact({ ...opaque(block), step: readStep(block) });
}

function decodeText(block: JsonObject, path: string): TextBlock {
  const { text: said } = readField(text, block, path);
  const citations = decodeCitations(block['citations']);
  const known = citations === undefined ? ['type', 'text'] : ['type', 'text', 'citations'];
  return compact({ type: 'text', text: said, citations, ...restAndCache(block, known) });
}

function decodeImage(block: JsonObject): ImageBlock | OpaqueBlock {
  const source = decodeMediaSource(block['source']);
  if (source === undefined) return opaque(block);
  return compact({ type: 'image', source, ...restAndCache(block, ['type', 'source']) });
}

function decodeDocument(block: JsonObject): DocumentBlock | OpaqueBlock {
  const source = decodeDocumentSource(block['source']);
  if (source === undefined) return opaque(block);
  const title = typeof block['title'] === 'string' ? block['title'] : undefined;
  return compact({ type: 'document', source, title, ...restAndCache(block, ['type', 'source', 'title']) });
}

function decodeDocumentSource(value: unknown): DocumentBlock['source'] | undefined {
  const asText = textSource.safeParse(value);
  if (asText.success) return { type: 'text', text: asText.data.data };
  return decodeMediaSource(value);
}

/** Strict on purpose: a source with fields we cannot hold is kept whole, as an opaque block. */
function decodeMediaSource(value: unknown): MediaSource | undefined {
  const parsed = mediaSource.safeParse(value);
  if (!parsed.success) return undefined;
  switch (parsed.data.type) {
    case 'base64':
      return { type: 'data', mediaType: parsed.data.media_type, data: parsed.data.data };
    case 'url':
      return { type: 'url', url: parsed.data.url };
    case 'file':
      return { type: 'file', fileId: parsed.data.file_id };
  }
}

function decodeToolResult(block: JsonObject, path: string): ToolResultBlock {
  const { tool_use_id: toolCallId, content: result, is_error: isError } = readField(toolResult, block, path);
  return compact({
    type: 'tool-result',
    toolCallId,
    content: decodeResultContent(result ?? [], `${path}.content`),
    isError: isError ?? undefined,
    ...restAndCache(block, ['type', 'tool_use_id', 'content', 'is_error']),
  });
}

/**
 * A client's own tool search answers with references to tools that the request defines. Where they cannot be sent, the
 * model must still learn what was found. ("Tool search tool", custom tool search implementation)
 */
function decodeToolReference(block: JsonObject): OpaqueBlock {
  const name = block['tool_name'];
  return typeof name === 'string' ? { ...opaque(block), text: `The tool ${name} can be called now.` } : opaque(block);
}

function decodeResultContent(value: z.infer<typeof content>, path: string): ToolResultBlock['content'] {
  if (typeof value === 'string') return value === '' ? [] : [{ type: 'text', text: value }];
  return value.map((block, index) => {
    if (block.type === 'text') return decodeText(block, `${path}.${index}`);
    if (block.type === 'image') return decodeImage(block);
    if (block.type === 'document') return decodeDocument(block);
    if (block.type === 'tool_reference') return decodeToolReference(block);
    return opaque(block);
  });
}
