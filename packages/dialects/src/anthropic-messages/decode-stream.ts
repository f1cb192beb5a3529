import { GatewayError, type Finish, type GatewayErrorData, type StreamEvent } from '@switchyard/canonical';
import { z } from 'zod';

import type { JsonObject, StreamDecoder } from '../dialect.js';
import { extensionsOf } from '../extensions/extensions.js';
import { compact, isJsonObject, parseJson, restOf } from '../json/json-object.js';
import type { SseEvent } from '../sse/scan-sse.js';
import { ANTHROPIC } from './decode-content.js';
import { classifyError } from './decode-error.js';
import { decodeFinish } from './finish.js';
import { splitLateFields } from './late-fields.js';
import { addDelta, closeBlock, openBlock, type OpenBlock } from './stream-blocks.js';
import { decodeUsage, mergeRawUsage } from './usage.js';

interface DecoderState {
  readonly phase: 'before' | 'open' | 'ended';
  readonly messageId: string;
  /** Open blocks by their index on the wire. */
  readonly blocks: Readonly<Record<string, OpenBlock>>;
  /** The next canonical index. */
  readonly nextIndex: number;
  readonly usage?: JsonObject | undefined;
  readonly finish?: Finish | undefined;
  /** What belongs to the finished choice beside its stop reason. */
  readonly late: JsonObject;
  /** Events of a type we do not know. */
  readonly strayEvents: readonly unknown[];
}

const INITIAL: DecoderState = {
  phase: 'before',
  messageId: '',
  blocks: {},
  nextIndex: 0,
  late: {},
  strayEvents: [],
};

const stateShape = z.custom<DecoderState>((value) => isJsonObject(value) && isJsonObject(value['blocks']));

const messageStart = z.looseObject({ id: z.string(), model: z.string() });

export function createStreamDecoder(state?: unknown): StreamDecoder {
  return new MessageStreamDecoder(state === undefined ? INITIAL : stateShape.parse(state));
}

/** What one wire event did. */
interface Step {
  readonly state: DecoderState;
  readonly events: readonly StreamEvent[];
}

class MessageStreamDecoder implements StreamDecoder {
  #state: DecoderState;

  constructor(state: DecoderState) {
    this.#state = state;
  }

  get state(): unknown {
    return this.#state;
  }

  next(event: SseEvent): readonly StreamEvent[] {
    if (this.#state.phase === 'ended') return [];
    const { state, events } = decodeEvent(this.#state, parseJson(event.data));
    this.#state = state;
    return events;
  }

  end(): readonly StreamEvent[] {
    if (this.#state.phase === 'ended') return [];
    const error = new GatewayError('upstream_truncated', 'the upstream closed its stream before message_stop');
    const { state, events } = fail(this.#state, error.toData());
    this.#state = state;
    return events;
  }
}

/** Events are told apart by the `type` of their data; the `event` field only repeats it, and some servers leave it out. */
function decodeEvent(state: DecoderState, value: unknown): Step {
  if (!isJsonObject(value) || typeof value['type'] !== 'string')
    return malformed(state, 'an event is not a JSON object with a type');
  switch (value['type']) {
    case 'ping':
      return { state, events: [{ type: 'ping' }] };
    case 'error':
      return fail(state, classifyError({ body: value }));
    case 'message_start':
      return startMessage(state, value);
    case 'content_block_start':
    case 'content_block_delta':
    case 'content_block_stop':
    case 'message_delta':
    case 'message_stop':
      if (state.phase === 'before') return malformed(state, `${value['type']} came before message_start`);
      return decodeMessageEvent(state, value);
    default:
      return { state: { ...state, strayEvents: [...state.strayEvents, value] }, events: [] };
  }
}

function decodeMessageEvent(state: DecoderState, value: JsonObject): Step {
  switch (value['type']) {
    case 'content_block_start':
      return startBlock(state, value);
    case 'content_block_delta':
      return continueBlock(state, value);
    case 'content_block_stop':
      return stopBlock(state, value);
    case 'message_delta':
      return decodeMessageDelta(state, value);
    default:
      return stopMessage(state, value);
  }
}

/**
 * The same message announced twice is a known slip of gateways and means nothing. Another message within the first is a
 * retry that was spliced into the stream: what came so far must not be mixed with it, so the stream fails.
 */
function startMessage(state: DecoderState, value: JsonObject): Step {
  const parsed = messageStart.safeParse(value['message']);
  if (!parsed.success) return malformed(state, 'message_start has no message with an id and a model');
  const message = parsed.data;
  if (state.phase === 'open') {
    if (message.id === state.messageId) return { state, events: [] };
    return malformed(state, 'a second message began before the first one ended');
  }
  const usage = isJsonObject(message['usage']) ? message['usage'] : undefined;
  const known = ['id', 'model', 'type', 'role', 'content', 'usage', 'stop_reason', 'stop_sequence'];
  const { early, late } = splitLateFields(restOf(message, known));
  const extensions = extensionsOf(ANTHROPIC, { ...early, ...restOf(value, ['type', 'message']) });
  const start = compact<StreamEvent>({ type: 'start', id: message.id, model: message.model, extensions });
  return {
    state: { ...state, phase: 'open', messageId: message.id, usage, late },
    events: [start, ...usageEvents(usage)],
  };
}

function startBlock(state: DecoderState, value: JsonObject): Step {
  const key = blockKey(value);
  const content = value['content_block'];
  if (key === undefined || !isJsonObject(content))
    return malformed(state, 'content_block_start has no index or no block');
  if (Object.hasOwn(state.blocks, key)) return malformed(state, `block ${key} began twice`);
  const opened = openBlock(content, state.nextIndex);
  if (opened === undefined) return malformed(state, `block ${key} lacks what its type needs`);
  const extra = restOf(value, ['type', 'index', 'content_block']);
  const block = extra === undefined ? opened.block : { ...opened.block, fields: { ...opened.block.fields, ...extra } };
  const nextIndex = block.index === undefined ? state.nextIndex : state.nextIndex + 1;
  return { state: { ...state, nextIndex, blocks: { ...state.blocks, [key]: block } }, events: opened.events };
}

function continueBlock(state: DecoderState, value: JsonObject): Step {
  const key = blockKey(value);
  const block = key === undefined ? undefined : state.blocks[key];
  if (key === undefined || block === undefined) return malformed(state, 'a delta came for a block that is not open');
  if (!isJsonObject(value['delta'])) return malformed(state, 'content_block_delta has no delta');
  const step = addDelta(block, value['delta']);
  const extra = restOf(value, ['type', 'index', 'delta']);
  const next = extra === undefined ? step.block : { ...step.block, fields: { ...step.block.fields, ...extra } };
  // Most deltas change nothing that is kept, and this runs once per token.
  if (next === block) return { state, events: step.events };
  return { state: { ...state, blocks: { ...state.blocks, [key]: next } }, events: step.events };
}

function stopBlock(state: DecoderState, value: JsonObject): Step {
  const key = blockKey(value);
  const block = key === undefined ? undefined : state.blocks[key];
  if (key === undefined || block === undefined)
    return malformed(state, 'content_block_stop came for a block that is not open');
  const { [key]: _closed, ...blocks } = state.blocks;
  const closing = { extra: restOf(value, ['type', 'index']), nextIndex: state.nextIndex };
  const nextIndex = block.index === undefined ? state.nextIndex + 1 : state.nextIndex;
  return { state: { ...state, blocks, nextIndex }, events: closeBlock(block, closing) };
}

/** The stop reason is held until `message_stop`: a finish must not reach a client whose stream then breaks off. */
function decodeMessageDelta(state: DecoderState, value: JsonObject): Step {
  const delta = isJsonObject(value['delta']) ? value['delta'] : {};
  const { stop_reason: reason, stop_sequence: sequence } = delta;
  const finish =
    typeof reason === 'string'
      ? decodeFinish(reason, typeof sequence === 'string' ? sequence : undefined)
      : state.finish;
  const late = {
    ...state.late,
    ...restOf(delta, ['stop_reason', 'stop_sequence']),
    ...restOf(value, ['type', 'delta', 'usage']),
  };
  if (!isJsonObject(value['usage'])) return { state: { ...state, finish, late }, events: [] };
  const usage = mergeRawUsage(state.usage, value['usage']);
  return { state: { ...state, finish, late, usage }, events: usageEvents(usage) };
}

/** `message_stop` proves that the message is complete. Blocks that were never closed are, since some servers forget to. */
function stopMessage(state: DecoderState, value: JsonObject): Step {
  const events: StreamEvent[] = [];
  let { nextIndex } = state;
  for (const block of Object.values(state.blocks)) {
    events.push(...closeBlock(block, { extra: undefined, nextIndex }));
    if (block.index === undefined) nextIndex += 1;
  }
  const extensions = extensionsOf(ANTHROPIC, {
    ...state.late,
    ...restOf(value, ['type']),
    ...(state.strayEvents.length === 0 ? {} : { events: state.strayEvents }),
  });
  const finish = state.finish ?? decodeFinish(undefined, undefined);
  events.push({ type: 'finish', choice: 0, finish, ...compact({ extensions }) }, { type: 'end' });
  return { state: { ...state, phase: 'ended', blocks: {}, nextIndex }, events };
}

function usageEvents(raw: JsonObject | undefined): StreamEvent[] {
  const usage = decodeUsage(raw);
  return usage === undefined ? [] : [{ type: 'usage', usage }];
}

function blockKey({ index }: JsonObject): string | undefined {
  return typeof index === 'number' ? String(index) : undefined;
}

function malformed(state: DecoderState, what: string): Step {
  return fail(state, new GatewayError('upstream_malformed', `the upstream's stream makes no sense: ${what}`).toData());
}

function fail(state: DecoderState, error: GatewayErrorData): Step {
  return { state: { ...state, phase: 'ended', blocks: {} }, events: [{ type: 'error', error }, { type: 'end' }] };
}
