import type { Block, Extensions, OpaqueBlock, ReasoningBlock } from '@switchyard/canonical';
import type { RedactedReasoningBlock, ToolCallBlock } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { extensionsOf, ownFields } from '../extensions/extensions.js';
import { compact, restOf } from '../json/json-object.js';
import { objectsOf, stringOf, wordOf } from '../json/read-json.js';
import { decodeArguments, fallbackToolName } from '../openai-chat/decode-tool-call.js';
import { openProof, type Proof } from '../made/proof.js';
import { decodeContent } from './decode-parts.js';
import { wrapInput } from '../freeform/freeform.js';
import { RESPONSES } from './reasoning-proof.js';
import { readStep } from './server-steps.js';
import { flatToolName } from './tool-names.js';

/** The fields that are read from an item of each kind. An item's status follows from that of its answer. */
const KNOWN_FIELDS = {
  message: ['type', 'id', 'status', 'role', 'content'],
  reasoning: ['type', 'id', 'status', 'summary', 'content', 'encrypted_content'],
  call: ['type', 'id', 'status', 'call_id', 'name', 'namespace', 'arguments', 'input'],
} as const;

/**
 * The blocks of an item that a model produced, in an answer or handed in again. Each part is a block; what is true of the
 * item as a whole stands with the last of them. A kind that is not known stays as it is.
 */
export function decodeItem(item: JsonObject): Block[] {
  switch (item['type']) {
    case 'message': {
      const { content } = item;
      const parts = typeof content === 'string' ? [{ type: 'output_text', text: content }] : objectsOf(content);
      return withMessageFields(decodeContent(parts, identityOf(item)), item);
    }
    case 'reasoning':
      return decodeReasoning(item);
    case 'function_call':
    case 'custom_tool_call':
      return [decodeCall(item, 'call_0')];
    default:
      return [opaqueItem(item)];
  }
}

/** An item of a kind that other dialects know at most as a step of a server tool. */
export function opaqueItem(item: JsonObject): OpaqueBlock {
  return compact({ type: 'opaque', dialect: RESPONSES, value: item, step: readStep(item) });
}

/** What names an item; undefined for one without an id. */
export function identityOf(item: JsonObject): JsonObject | undefined {
  const id = wordOf(item['id']);
  return id === undefined ? undefined : { id };
}

/** What an item says beside the fields we read. */
export function itemFields(kind: keyof typeof KNOWN_FIELDS, item: JsonObject): JsonObject | undefined {
  return restOf(item, KNOWN_FIELDS[kind]);
}

/** What is true of a message as a whole, such as its phase, stands under a name of its own beside what its part says. */
function withMessageFields(blocks: readonly Block[], item: JsonObject): Block[] {
  const fields = itemFields('message', item);
  const last = blocks.at(-1);
  if (fields === undefined || last === undefined) return [...blocks];
  const own = { ...identityExtension(item), ...ownFields(RESPONSES, last.extensions), message: fields };
  return [...blocks.slice(0, -1), { ...last, extensions: { [RESPONSES]: own } }];
}

function identityExtension(item: JsonObject): JsonObject | undefined {
  const identity = identityOf(item);
  return identity && { item: identity };
}

function decodeReasoning(item: JsonObject): Block[] {
  const parts = [
    ...objectsOf(item['summary']).map((part) => ({ form: 'summary' as const, text: stringOf(part['text']) ?? '' })),
    ...objectsOf(item['content']).map((part) => ({ form: 'text' as const, text: stringOf(part['text']) ?? '' })),
  ];
  const last = parts.pop();
  const extensions = extensionsOf(RESPONSES, identityExtension(item));
  const earlier = parts.map(({ form, text }): Block => {
    return compact({ type: 'reasoning', text, provenance: RESPONSES, form, extensions });
  });
  return [...earlier, reasoningEnd(item, last)];
}

/** The last block of a reasoning item, which carries the proof; the only one where there is no text to show. */
function reasoningEnd(
  item: JsonObject,
  part: Pick<ReasoningBlock, 'form' | 'text'> | undefined,
): ReasoningBlock | RedactedReasoningBlock {
  const extensions = reasoningExtensions(item);
  const proof = decodeProof(item);
  if (proof?.type === 'redacted-reasoning') {
    return compact({ type: 'redacted-reasoning', data: proof.data, provenance: proof.provenance, extensions });
  }
  return compact({
    type: 'reasoning',
    text: part?.text ?? '',
    provenance: proof?.provenance ?? RESPONSES,
    form: part?.form,
    signature: proof?.data,
    extensions,
  });
}

export function decodeProof(item: JsonObject): Proof | undefined {
  const content = wordOf(item['encrypted_content']);
  return content === undefined ? undefined : openProof(content, RESPONSES);
}

export function reasoningExtensions(item: JsonObject): Extensions | undefined {
  return extensionsOf(RESPONSES, { ...identityExtension(item), ...itemFields('reasoning', item) });
}

/** A call of a function or of a custom tool. `fallbackId` stands in where the vendor gives no id. */
export function decodeCall(item: JsonObject, fallbackId: string): ToolCallBlock {
  const isFreeform = item['type'] === 'custom_tool_call';
  const id = wordOf(item['call_id']) ?? wordOf(item['id']) ?? fallbackId;
  return compact({
    type: 'tool-call',
    id,
    ...decodeCalledName(item, id),
    arguments: isFreeform ? wrapInput(decodeArguments(item['input'])) : decodeArguments(item['arguments']) || '{}',
    freeform: isFreeform || undefined,
    extensions: callExtensions(item),
  });
}

export function decodeCalledName(item: JsonObject, id: string): Pick<ToolCallBlock, 'name' | 'namespaced'> {
  const name = wordOf(item['name']) ?? fallbackToolName(id);
  const namespace = wordOf(item['namespace']);
  if (namespace === undefined) return { name };
  return { name: flatToolName({ namespace, name }), namespaced: { namespace, name } };
}

export function callExtensions(item: JsonObject): Extensions | undefined {
  return extensionsOf(RESPONSES, { ...identityExtension(item), ...itemFields('call', item) });
}
