import type { Block, CanonicalRequest, Extensions, Message, Tool, ToolCallBlock } from '@switchyard/canonical';

import { ownFields } from '../extensions/extensions.js';
import { compact, isJsonObject } from '../json/json-object.js';
import { objectOf, wordOf } from '../json/read-json.js';
import { sealProof, openProof } from '../made/proof.js';
import { definitionOf, isCustom } from './tools.js';

/** The conversation with each freeform call marked for what its tool goes as: a custom tool, or a function like any other. */
export function placeFreeformCalls({ messages, tools }: CanonicalRequest, model: string): readonly Message[] {
  const place = (block: Block): Block => {
    if (block.type !== 'tool-call' || !block.freeform) return block;
    const { extensions, freeform } = definitionOf(tools, block.name) ?? { freeform: {}, extensions: block.extensions };
    return { ...block, extensions: withCustom(block.extensions, isCustom({ freeform, extensions }, model)) };
  };
  return messages.map((message) => {
    const holdsAny = message.content.some((block) => block.type === 'tool-call' && block.freeform);
    return holdsAny ? { ...message, content: message.content.map(place) } : message;
  });
}

/** Whether a call goes as one of a custom tool. */
export function isCustomCall(call: Pick<ToolCallBlock, 'extensions'>): boolean {
  return ownFields('openai-chat', call.extensions)['custom'] !== undefined;
}

/**
 * What this dialect's fields of a call are for the client: the kind that its own tool is of, and a signature of Gemini's.
 * A call of free text that the client knows no custom tool for is one of a function.
 */
export function answeredCall(
  call: Pick<ToolCallBlock, 'name' | 'extensions'>,
  tools: readonly Tool[],
): Extensions | undefined {
  const isFreeform = isCustomCall(call) || definitionOf(tools, call.name)?.freeform !== undefined;
  return withSignature(withCustom(call.extensions, isFreeform));
}

function withCustom(extensions: Extensions | undefined, isCustomTool: boolean): Extensions | undefined {
  const { custom, ...own } = ownFields('openai-chat', extensions);
  if (!isCustomTool && custom === undefined) return extensions;
  return { ...extensions, 'openai-chat': isCustomTool ? { ...own, custom: custom ?? {} } : own };
}

/**
 * Google's own place for it in this dialect, in calls that came from its own API as well as here. Clients that keep what
 * they do not know hand it back. (Gemini API documentation, "Thought signatures", OpenAI compatibility)
 */
export function withSignature(extensions: Extensions | undefined): Extensions | undefined {
  const signature = wordOf(ownFields('gemini', extensions)['thoughtSignature']);
  if (signature === undefined) return extensions;
  const proof = sealProof({ type: 'reasoning', provenance: 'gemini', data: signature }, 'openai-chat');
  const own = { ...ownFields('openai-chat', extensions), extra_content: { google: { thought_signature: proof } } };
  return { ...extensions, 'openai-chat': own };
}

/** The fields of a call with Gemini's signature in its place again, if it is one that we handed out. */
export function readSignature(extensions: Extensions | undefined): Extensions | undefined {
  const { extra_content: extra, ...own } = ownFields('openai-chat', extensions);
  const google = objectOf(objectOf(extra)['google']);
  const { provenance, data } = openProof(wordOf(google['thought_signature']) ?? '', 'openai-chat');
  if (provenance === 'openai-chat' || !isJsonObject(extra)) return extensions;
  const kept = Object.keys(own).length === 0 ? undefined : own;
  return compact({ ...extensions, 'openai-chat': kept, [provenance]: { thoughtSignature: data } });
}
