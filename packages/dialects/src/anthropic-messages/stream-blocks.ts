import type { StreamEvent } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { extensionsOf } from '../extensions/extensions.js';
import { compact, isJsonObject, parseJson, restOf } from '../json/json-object.js';
import { decodeCitations } from './citations.js';
import { ANTHROPIC, opaqueStep } from './decode-content.js';

/** A content block that is open on the wire. Plain data. */
export interface OpenBlock {
  readonly kind: 'text' | 'reasoning' | 'tool-call' | 'whole';
  /**
   * The block's index in canonical form. A `whole` block appears there only when it is complete, and gets its index then.
   */
  readonly index?: number | undefined;
  /** For `whole`, the block as it was opened; for `tool-call`, its input as it was opened. */
  readonly opened: JsonObject;
  /** Fields that only this dialect knows, as far as they came. */
  readonly fields: JsonObject;
  readonly citations: readonly unknown[];
  /** Deltas of a kind we do not know. */
  readonly deltas: readonly unknown[];
  readonly signature: string;
  /** The JSON of `input_json_delta`, kept for `whole` only; for `tool-call` it is enough to know whether any came. */
  readonly inputJson: string;
  readonly hasInput: boolean;
}

/** A block after one more wire event, and what that event says in canonical form. */
export interface BlockStep {
  readonly block: OpenBlock;
  readonly events: readonly StreamEvent[];
}

const EMPTY: Omit<OpenBlock, 'kind'> = {
  opened: {},
  fields: {},
  citations: [],
  deltas: [],
  signature: '',
  inputJson: '',
  hasInput: false,
};

/**
 * Opens a block; undefined when its fields do not fit its type. Some servers put the first text, or a whole input, into
 * `content_block_start`.
 */
export function openBlock(value: JsonObject, index: number): BlockStep | undefined {
  const place = { choice: 0, index };
  switch (value['type']) {
    case 'text': {
      const text = stringOr(value['text'], '');
      const citations = Array.isArray(value['citations']) ? value['citations'] : [];
      const fields = restOf(value, ['type', 'text', 'citations']) ?? {};
      const block: OpenBlock = { ...EMPTY, kind: 'text', index, fields, citations };
      return { block, events: [{ type: 'text-start', ...place }, ...textDelta('text-delta', text, index)] };
    }
    case 'thinking': {
      const text = stringOr(value['thinking'], '');
      const fields = restOf(value, ['type', 'thinking', 'signature']) ?? {};
      const signature = stringOr(value['signature'], '');
      const block: OpenBlock = { ...EMPTY, kind: 'reasoning', index, fields, signature };
      const start: StreamEvent = { type: 'reasoning-start', provenance: ANTHROPIC, ...place };
      return { block, events: [start, ...textDelta('reasoning-delta', text, index)] };
    }
    case 'tool_use': {
      const { id, name, input } = value;
      if (typeof id !== 'string' || typeof name !== 'string') return undefined;
      const fields = restOf(value, ['type', 'id', 'name', 'input']) ?? {};
      const block: OpenBlock = { ...EMPTY, kind: 'tool-call', index, fields, opened: isJsonObject(input) ? input : {} };
      return { block, events: [{ type: 'tool-call-start', id, name, ...place }] };
    }
    default:
      if (typeof value['type'] !== 'string') return undefined;
      return { block: { ...EMPTY, kind: 'whole', opened: value }, events: [] };
  }
}

/** Adds a delta. One that does not belong to the block's type is kept with the block, for its own dialect only. */
export function addDelta(block: OpenBlock, delta: JsonObject): BlockStep {
  const index = block.index ?? 0;
  const known = readDelta(block, delta);
  switch (known?.type) {
    case 'text':
      return step(block, delta, ['text'], textDelta('text-delta', known.text, index));
    case 'thinking':
      return step(block, delta, ['thinking'], textDelta('reasoning-delta', known.text, index));
    case 'signature':
      return step({ ...block, signature: known.text }, delta, ['signature'], []);
    case 'citation':
      return step({ ...block, citations: [...block.citations, delta['citation']] }, delta, ['citation'], []);
    case 'input': {
      if (block.kind === 'whole') {
        return step({ ...block, inputJson: block.inputJson + known.text }, delta, ['partial_json'], []);
      }
      if (known.text === '') return step(block, delta, ['partial_json'], []);
      const event: StreamEvent = { type: 'tool-call-delta', argumentsText: known.text, choice: 0, index };
      return step({ ...block, hasInput: true }, delta, ['partial_json'], [event]);
    }
    default:
      return { block: { ...block, deltas: [...block.deltas, delta] }, events: [] };
  }
}

type KnownDelta = { readonly type: 'text' | 'thinking' | 'signature' | 'input' | 'citation'; readonly text: string };

/** What the delta says, where its type belongs to the block's. */
function readDelta(block: OpenBlock, delta: JsonObject): KnownDelta | undefined {
  const { type, text, thinking, signature, partial_json: json } = delta;
  switch (block.kind) {
    case 'text':
      if (type === 'text_delta' && typeof text === 'string') return { type: 'text', text };
      return type === 'citations_delta' ? { type: 'citation', text: '' } : undefined;
    case 'reasoning':
      if (type === 'thinking_delta' && typeof thinking === 'string') return { type: 'thinking', text: thinking };
      return type === 'signature_delta' && typeof signature === 'string'
        ? { type: 'signature', text: signature }
        : undefined;
    case 'tool-call':
    case 'whole':
      return type === 'input_json_delta' && typeof json === 'string' ? { type: 'input', text: json } : undefined;
  }
}

/** The step of a known delta; its unknown fields stay with the block. */
function step(block: OpenBlock, delta: JsonObject, read: readonly string[], events: readonly StreamEvent[]): BlockStep {
  const rest = restOf(delta, ['type', ...read]);
  return { block: rest === undefined ? block : { ...block, fields: { ...block.fields, ...rest } }, events };
}

export interface Closing {
  /** Fields of the closing event that we do not know. */
  readonly extra: JsonObject | undefined;
  /** The canonical index for a block that has none yet. */
  readonly nextIndex: number;
}

export function closeBlock(open: OpenBlock, { extra, nextIndex }: Closing): readonly StreamEvent[] {
  const place = { choice: 0, index: open.index ?? nextIndex };
  const fields: JsonObject = {
    ...open.fields,
    ...extra,
    ...(open.deltas.length === 0 ? {} : { deltas: open.deltas }),
  };
  const rest = compact({ extensions: extensionsOf(ANTHROPIC, fields) });
  switch (open.kind) {
    case 'text':
      return [{ type: 'text-end', ...compact({ citations: decodeCitations(open.citations) }), ...rest, ...place }];
    case 'reasoning':
      return [{ type: 'reasoning-end', ...compact({ signature: open.signature || undefined }), ...rest, ...place }];
    case 'tool-call': {
      const end: StreamEvent = { type: 'tool-call-end', ...rest, ...place };
      if (open.hasInput) return [end];
      // No delta came: the input was complete in `content_block_start`, `{}` for a tool without any.
      return [{ type: 'tool-call-delta', argumentsText: JSON.stringify(open.opened), ...place }, end];
    }
    case 'whole':
      return [wholeBlock({ ...open.opened, ...wholeInput(open), ...fields }, place)];
  }
}

function wholeBlock(value: JsonObject, place: { readonly choice: number; readonly index: number }): StreamEvent {
  const { type, data } = value;
  if (type === 'redacted_thinking' && typeof data === 'string') {
    const extensions = extensionsOf(ANTHROPIC, restOf(value, ['type', 'data']));
    return { type: 'redacted-reasoning', data, provenance: ANTHROPIC, ...compact({ extensions }), ...place };
  }
  return { type: 'opaque', block: opaqueStep(value), ...place };
}

/** The input a server-side tool was called with; its text where it is no JSON, since it must not vanish. */
function wholeInput({ inputJson }: OpenBlock): JsonObject {
  return inputJson === '' ? {} : { input: parseJson(inputJson) ?? inputJson };
}

function textDelta(type: 'text-delta' | 'reasoning-delta', text: string, index: number): StreamEvent[] {
  return text === '' ? [] : [{ type, text, choice: 0, index }];
}

function stringOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}
