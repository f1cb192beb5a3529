import { assertNever } from '../assert-never.js';
import type { Block, RefusalBlock, TextBlock } from '../content.js';
import type { Extensions } from '../dialect-id.js';
import { GatewayError, type GatewayErrorData } from '../errors/gateway-error.js';
import type { CanonicalResponse, Choice, Finish } from '../response.js';
import type { StreamEvent } from '../stream.js';
import type { Usage } from '../usage.js';

/** A whole answer, or the reason why there is none. Exactly one of the two is set. */
export interface FoldedStream {
  readonly response?: CanonicalResponse | undefined;
  readonly error?: GatewayErrorData | undefined;
}

interface ChoiceDraft {
  readonly blocks: Map<number, Block>;
  finish?: Finish | undefined;
  steps?: Choice['steps'];
  extensions?: Extensions | undefined;
}

interface Draft {
  start?: Extract<StreamEvent, { type: 'start' }>;
  usage?: Usage;
  error?: GatewayErrorData;
  ended: boolean;
  readonly choices: Map<number, ChoiceDraft>;
}

/**
 * The answer that a stream of events amounts to; it equals what the same upstream answers without streaming.
 * A stream with an `error`, without `end` or without any choice gives an error instead: part of an answer is not an answer.
 */
export function foldStream(events: Iterable<StreamEvent>): FoldedStream {
  const draft: Draft = { ended: false, choices: new Map() };
  for (const event of events) foldEvent(draft, event);
  if (draft.error !== undefined) return { error: draft.error };
  if (!draft.ended) {
    return { error: new GatewayError('upstream_truncated', 'the stream stopped before its end').toData() };
  }
  if (draft.start === undefined || draft.choices.size === 0) {
    return { error: new GatewayError('upstream_malformed', 'the stream ended without an answer in it').toData() };
  }
  const { id, model, createdAt, extensions } = draft.start;
  const choices = byNumber(draft.choices).map(finishChoice);
  return {
    response: {
      id,
      model,
      ...defined('createdAt', createdAt),
      choices,
      ...defined('usage', draft.usage),
      ...defined('extensions', extensions),
    },
  };
}

function foldEvent(draft: Draft, event: StreamEvent): void {
  switch (event.type) {
    case 'start':
      draft.start = event;
      return;
    case 'usage':
      draft.usage = event.usage;
      return;
    case 'error':
      draft.error ??= event.error;
      return;
    case 'end':
      draft.ended = true;
      return;
    case 'ping':
      return;
    case 'finish': {
      const choice = choiceDraft(draft, event.choice);
      choice.finish = event.finish;
      choice.steps = event.steps;
      choice.extensions = event.extensions;
      return;
    }
    default: {
      const { blocks } = choiceDraft(draft, event.choice);
      const block = foldBlock(blocks.get(event.index), event);
      if (block !== undefined) blocks.set(event.index, block);
    }
  }
}

type BlockEvent = Extract<StreamEvent, { readonly index: number }>;

/** The block after one more event; undefined when the event belongs to no open block of its kind. */
function foldBlock(block: Block | undefined, event: BlockEvent): Block | undefined {
  switch (event.type) {
    case 'text-start':
      return { type: 'text', text: '', ...defined('extensions', event.extensions) };
    case 'text-delta':
      return block?.type === 'text' ? withPiece(block, event) : undefined;
    case 'reasoning-start':
      return {
        type: 'reasoning',
        text: '',
        provenance: event.provenance,
        ...defined('form', event.form),
        ...defined('extensions', event.extensions),
      };
    case 'reasoning-delta':
      return block?.type === 'reasoning' ? { ...block, text: block.text + event.text } : undefined;
    case 'reasoning-end':
      return block?.type === 'reasoning'
        ? { ...block, ...defined('signature', event.signature), ...defined('extensions', event.extensions) }
        : undefined;
    case 'refusal-start':
      return { type: 'refusal', text: '', ...defined('extensions', event.extensions) };
    case 'refusal-delta':
      return block?.type === 'refusal' ? withPiece(block, event) : undefined;
    case 'tool-call-start':
      return {
        type: 'tool-call',
        id: event.id,
        name: event.name,
        arguments: '',
        ...defined('freeform', event.freeform),
        ...defined('namespaced', event.namespaced),
        ...defined('extensions', event.extensions),
      };
    case 'tool-call-delta':
      return block?.type === 'tool-call' ? { ...block, arguments: block.arguments + event.argumentsText } : undefined;
    case 'text-end':
      return block?.type === 'text'
        ? { ...block, ...defined('citations', event.citations), ...defined('extensions', event.extensions) }
        : undefined;
    case 'refusal-end':
    case 'tool-call-end':
      return block === undefined ? undefined : { ...block, ...defined('extensions', event.extensions) };
    case 'redacted-reasoning': {
      const { data, provenance, extensions } = event;
      return { type: 'redacted-reasoning', data, provenance, ...defined('extensions', extensions) };
    }
    case 'opaque':
      return event.block;
    default:
      return assertNever(event);
  }
}

type TextPiece = Extract<StreamEvent, { readonly type: 'text-delta' | 'refusal-delta' }>;

function withPiece<Kind extends TextBlock | RefusalBlock>(block: Kind, { text, logprobs }: TextPiece): Kind {
  const whole = { ...block, text: block.text + text };
  return logprobs === undefined ? whole : { ...whole, logprobs: [...(block.logprobs ?? []), ...logprobs] };
}

function choiceDraft(draft: Draft, number: number): ChoiceDraft {
  const known = draft.choices.get(number);
  if (known !== undefined) return known;
  const fresh: ChoiceDraft = { blocks: new Map() };
  draft.choices.set(number, fresh);
  return fresh;
}

function finishChoice(draft: ChoiceDraft): Choice {
  const content = byNumber(draft.blocks).map((block): Block => {
    return block.type === 'tool-call' && block.arguments === '' ? { ...block, arguments: '{}' } : block;
  });
  return {
    content,
    finish: draft.finish ?? { reason: 'other' },
    ...defined('steps', draft.steps),
    ...defined('extensions', draft.extensions),
  };
}

function byNumber<Value>(map: ReadonlyMap<number, Value>): Value[] {
  return [...map].sort(([left], [right]) => left - right).map(([, value]) => value);
}

/** An object with the key, or without it: equality in tests and JSON must not depend on keys that hold undefined. */
function defined<Key extends string, Value>(key: Key, value: Value | undefined): { readonly [K in Key]?: Value } {
  return value === undefined ? {} : record(key, value);
}

function record<Key extends string, Value>(key: Key, value: Value): { readonly [K in Key]?: Value } {
  const made: { [K in Key]?: Value } = {};
  made[key] = value;
  return made;
}
