import { lookUp } from '@switchyard/canonical';

import { isArray, isFilledString, isPresent, isRecord, parseJson, type JsonRecord } from '../json-guards.js';
import { Violations } from '../violations.js';
import { checkMessageHead, checkStop, checkUsageNumbers } from './anthropic-response.js';
import { splitFrames, type Frame } from './split-frames.js';
import { checkEnding, type ValidateStreamOptions } from './stream-ending.js';

/** Which deltas a block takes; blocks that are not listed take any. (Messages API reference, "Streaming messages") */
const DELTAS: Readonly<Record<string, readonly string[]>> = {
  text: ['text_delta', 'citations_delta'],
  tool_use: ['input_json_delta'],
  server_tool_use: ['input_json_delta'],
  mcp_tool_use: ['input_json_delta'],
  thinking: ['thinking_delta', 'signature_delta'],
  redacted_thinking: [],
};

/** The text field of each delta. */
const DELTA_FIELDS: Readonly<Record<string, string>> = {
  text_delta: 'text',
  input_json_delta: 'partial_json',
  thinking_delta: 'thinking',
  signature_delta: 'signature',
};

interface StreamState {
  readonly violations: Violations;
  started: boolean;
  blockCount: number;
  open: { readonly index: unknown; readonly type: string; json: string } | undefined;
  calls: boolean;
  stopped: boolean;
  ended: 'answer' | 'error' | undefined;
}

interface Step {
  readonly path: string;
  readonly event: JsonRecord;
}

/** What is wrong with the bytes of a Messages stream as a client received them. */
export function validateAnthropicStream(text: string, options: ValidateStreamOptions = {}): readonly string[] {
  const violations = new Violations();
  const state: StreamState = {
    violations,
    started: false,
    blockCount: 0,
    open: undefined,
    calls: false,
    stopped: false,
    ended: undefined,
  };
  for (const frame of splitFrames(text, violations)) takeFrame(state, frame);
  checkEnding(violations, state.ended, options);
  return violations.list;
}

function takeFrame(state: StreamState, { path, event: name, data }: Frame): void {
  const { violations } = state;
  violations.require(state.ended === undefined, path, 'comes after the end');
  const event = violations.record(parseJson(data), path);
  if (event === undefined) return undefined;
  const type = event['type'];
  violations.require(name === type, path, `is named ${name} but of type ${String(type)}`);
  const first = type === 'message_start' || type === 'error';
  violations.require(state.started || first, path, `${String(type)} comes before message_start`);
  const step: Step = { path: `${path} (${String(type)})`, event };
  switch (type) {
    case 'message_start':
      return takeMessageStart(state, step);
    case 'content_block_start':
      return takeBlockStart(state, step);
    case 'content_block_delta':
      return takeBlockDelta(state, step);
    case 'content_block_stop':
      return takeBlockStop(state, step);
    case 'message_delta':
      return takeMessageDelta(state, step);
    case 'message_stop':
      violations.require(state.stopped, step.path, 'comes without a stop_reason before it');
      state.ended ??= 'answer';
      return undefined;
    case 'error':
      checkAnthropicError(violations, event['error'], `${step.path}.error`);
      state.ended ??= 'error';
      return undefined;
    default:
      return violations.require(type === 'ping', path, `${String(type)} is not an event`);
  }
}

/** The `error` of an error body or event. */
export function checkAnthropicError(violations: Violations, value: unknown, path: string): void {
  const error = violations.record(value, path);
  violations.require(isFilledString(error?.['type']), `${path}.type`, 'is required');
  violations.require(isFilledString(error?.['message']), `${path}.message`, 'is required');
}

function takeMessageStart(state: StreamState, { path, event }: Step): void {
  const { violations } = state;
  violations.require(!state.started, path, 'must come once');
  state.started = true;
  const message = violations.record(event['message'], `${path}.message`);
  if (message === undefined) return;
  checkMessageHead(violations, message, `${path}.message`);
  const content = message['content'];
  violations.require(isArray(content) && content.length === 0, `${path}.message.content`, 'must be an empty list');
  violations.require(message['stop_reason'] === null, `${path}.message.stop_reason`, 'must be null');
  checkUsageNumbers(violations, message['usage'], {
    path: `${path}.message.usage`,
    fields: ['input_tokens', 'output_tokens'],
  });
}

function takeBlockStart(state: StreamState, { path, event }: Step): void {
  const { violations } = state;
  violations.require(state.open === undefined, path, 'comes while a block is open');
  violations.require(!state.stopped, path, 'comes after the stop_reason');
  violations.require(event['index'] === state.blockCount, `${path}.index`, `must be ${state.blockCount}`);
  state.blockCount += 1;
  const block = violations.record(event['content_block'], `${path}.content_block`) ?? {};
  const type = String(block['type']);
  state.open = { index: event['index'], type, json: '' };
  if (type === 'text') violations.require(block['text'] === '', `${path}.content_block.text`, 'must be empty');
  if (type === 'thinking')
    violations.require(block['thinking'] === '', `${path}.content_block.thinking`, 'must be empty');
  if (type !== 'tool_use') return;
  state.calls = true;
  violations.require(isFilledString(block['id']), `${path}.content_block.id`, 'is required');
  violations.require(isFilledString(block['name']), `${path}.content_block.name`, 'is required');
  const input = block['input'];
  violations.require(isRecord(input) && Object.keys(input).length === 0, `${path}.content_block.input`, 'must be {}');
}

function takeBlockDelta(state: StreamState, { path, event }: Step): void {
  const { violations, open } = state;
  const delta = violations.record(event['delta'], `${path}.delta`);
  if (open === undefined) return violations.add(path, 'comes while no block is open');
  violations.require(event['index'] === open.index, `${path}.index`, 'must be the open block');
  if (delta === undefined) return undefined;
  const type = String(delta['type']);
  violations.require(
    lookUp(DELTAS, open.type)?.includes(type) ?? true,
    `${path}.delta.type`,
    `${type} does not fit ${open.type}`,
  );
  const field = lookUp(DELTA_FIELDS, type);
  if (field === undefined) return undefined;
  violations.require(typeof delta[field] === 'string', `${path}.delta.${field}`, 'must be text');
  if (type === 'input_json_delta') open.json += String(delta[field]);
  return undefined;
}

function takeBlockStop(state: StreamState, { path, event }: Step): void {
  const { violations, open } = state;
  if (open === undefined) return violations.add(path, 'comes while no block is open');
  violations.require(event['index'] === open.index, `${path}.index`, 'must be the open block');
  const legal = open.json === '' || isRecord(parseJson(open.json));
  violations.require(legal, path, `the input is not a JSON object: ${open.json}`);
  state.open = undefined;
  return undefined;
}

function takeMessageDelta(state: StreamState, { path, event }: Step): void {
  const { violations } = state;
  violations.require(state.open === undefined, path, 'comes while a block is open');
  checkUsageNumbers(violations, event['usage'], { path: `${path}.usage`, fields: ['output_tokens'] });
  const delta = violations.record(event['delta'], `${path}.delta`);
  if (delta === undefined || !isPresent(delta['stop_reason'])) return;
  checkStop(violations, delta, { path: `${path}.delta`, calls: state.calls });
  state.stopped = true;
}
