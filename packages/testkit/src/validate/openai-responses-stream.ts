import { isArray, isFilledString, isRecord, parseJson, type JsonRecord } from '../json-guards.js';
import { Violations } from '../violations.js';
import { checkOutputItem, checkSnapshot, checkUsage } from './openai-responses-response.js';
import { splitFrames, type Frame } from './split-frames.js';
import { checkEnding, type ValidateStreamOptions } from './stream-ending.js';

interface PartState {
  text: string;
  textDone: boolean;
  done: boolean;
}

interface ItemState {
  readonly id: unknown;
  readonly type: unknown;
  /** By the field and number of its place, such as `content_index 0`. */
  readonly parts: Map<string, PartState>;
  argumentsText: string;
  argumentsDone: boolean;
  done: JsonRecord | undefined;
}

interface StreamState {
  readonly violations: Violations;
  readonly items: ItemState[];
  nextNumber: number;
  responseId: unknown;
  inProgress: boolean;
  ended: 'answer' | 'error' | undefined;
}

interface Step {
  readonly path: string;
  readonly event: JsonRecord;
}

/** The events that tell of a part's text. */
const TEXTS = [
  'response.output_text',
  'response.refusal',
  'response.reasoning_text',
  'response.reasoning_summary_text',
];

/** What is wrong with the bytes of an openai-responses stream as a client received them. (API reference, "Streaming events") */
export function validateResponsesStream(text: string, options: ValidateStreamOptions = {}): readonly string[] {
  const violations = new Violations();
  const state: StreamState = {
    violations,
    items: [],
    nextNumber: 0,
    responseId: undefined,
    inProgress: false,
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
  if (event === undefined) return;
  const type = String(event['type']);
  violations.require(name === type, path, `is named ${name} but of type ${type}`);
  const step: Step = { path: `${path} (${type})`, event };
  if (type === 'error') {
    // Written by who may not know how far the stream came, so its number is not looked at.
    violations.require(isFilledString(event['message']), `${step.path}.message`, 'is required');
    state.ended ??= 'error';
    return;
  }
  const number = event['sequence_number'];
  violations.require(number === state.nextNumber, `${step.path}.sequence_number`, `must be ${state.nextNumber}`);
  state.nextNumber += 1;
  violations.require(
    type === 'response.created' || state.responseId !== undefined,
    path,
    `${type} comes before response.created`,
  );
  takeEvent(state, type, step);
}

function takeEvent(state: StreamState, type: string, step: Step): void {
  switch (type) {
    case 'response.created':
    case 'response.in_progress':
      return takeHead(state, type, step);
    case 'response.completed':
    case 'response.incomplete':
    case 'response.failed':
      return takeEnd(state, type, step);
    case 'response.output_item.added':
      return takeItem(state, step);
    case 'response.output_item.done':
      return takeItemDone(state, step);
    case 'response.content_part.added':
    case 'response.reasoning_summary_part.added':
      return takePart(state, step);
    case 'response.content_part.done':
    case 'response.reasoning_summary_part.done':
      return takePartDone(state, step);
    case 'response.function_call_arguments.delta':
    case 'response.custom_tool_call_input.delta':
    case 'response.function_call_arguments.done':
    case 'response.custom_tool_call_input.done':
      return takeArguments(state, step);
    default: {
      const dot = type.lastIndexOf('.');
      const verb = type.slice(dot + 1);
      if (!TEXTS.includes(type.slice(0, dot)) || (verb !== 'delta' && verb !== 'done')) return undefined;
      return takeText(state, step, verb);
    }
  }
}

function takeHead(state: StreamState, type: string, { path, event }: Step): void {
  const { violations } = state;
  const response = violations.record(event['response'], `${path}.response`);
  if (response === undefined) return;
  checkSnapshot(violations, response, { path: `${path}.response`, statuses: ['in_progress', 'queued'] });
  const output = response['output'];
  violations.require(isArray(output) && output.length === 0, `${path}.response.output`, 'must be empty');
  if (type === 'response.created') {
    violations.require(state.responseId === undefined, path, 'must come once');
    state.responseId = response['id'];
    return;
  }
  violations.require(response['id'] === state.responseId, `${path}.response.id`, 'must stay the same');
  violations.require(!state.inProgress && state.items.length === 0, path, 'must come once, before any item');
  state.inProgress = true;
}

function takeEnd(state: StreamState, type: string, { path, event }: Step): void {
  const { violations } = state;
  state.ended ??= type === 'response.failed' ? 'error' : 'answer';
  const response = violations.record(event['response'], `${path}.response`);
  if (response === undefined) return;
  checkSnapshot(violations, response, { path: `${path}.response`, statuses: [type.slice('response.'.length)] });
  checkUsage(violations, response['usage'], `${path}.response.usage`);
  violations.require(response['id'] === state.responseId, `${path}.response.id`, 'must stay the same');
  if (type === 'response.failed') return;
  for (const [index, item] of state.items.entries()) {
    violations.require(item.done !== undefined, `${path}, item ${index}`, 'was never done');
  }
  const told = JSON.stringify(state.items.map((item) => item.done));
  violations.require(
    JSON.stringify(response['output']) === told,
    `${path}.response.output`,
    'must be the items as done',
  );
}

function takeItem(state: StreamState, { path, event }: Step): void {
  const { violations, items } = state;
  violations.require(event['output_index'] === items.length, `${path}.output_index`, `must be ${items.length}`);
  const item = violations.record(event['item'], `${path}.item`) ?? {};
  violations.require(isFilledString(item['id']), `${path}.item.id`, 'is required');
  const isKnown = items.some((other) => other.id === item['id']);
  violations.require(!isKnown, `${path}.item.id`, 'is that of another item');
  const fresh = { parts: new Map(), argumentsText: '', argumentsDone: false, done: undefined };
  items.push({ id: item['id'], type: item['type'], ...fresh });
}

function itemOf(state: StreamState, { path, event }: Step): ItemState | undefined {
  const index = event['output_index'];
  const item = typeof index === 'number' ? state.items[index] : undefined;
  if (item === undefined) state.violations.add(`${path}.output_index`, 'is of no item');
  const id = isRecord(event['item']) ? event['item']['id'] : event['item_id'];
  state.violations.require(item === undefined || item.id === id, `${path}.item_id`, 'must be that of the item');
  state.violations.require(item?.done === undefined, path, 'comes after its item is done');
  return item;
}

function takeItemDone(state: StreamState, step: Step): void {
  const item = itemOf(state, step);
  const { path, event } = step;
  const done = state.violations.record(event['item'], `${path}.item`);
  if (item === undefined || done === undefined) return;
  checkOutputItem(state.violations, done, `${path}.item`);
  state.violations.require(done['type'] === item.type, `${path}.item.type`, 'must stay the same');
  for (const [place, part] of item.parts) state.violations.require(part.done, `${path}, ${place}`, 'was never done');
  const isCall = item.type === 'function_call' || item.type === 'custom_tool_call';
  state.violations.require(!isCall || item.argumentsDone, path, 'comes before its arguments are done');
  item.done = done;
}

function placeOf({ path, event }: Step): readonly [place: string, index: unknown, path: string] {
  const field = 'summary_index' in event ? 'summary_index' : 'content_index';
  return [field, event[field], `${path}.${field}`];
}

function takePart(state: StreamState, step: Step): void {
  const item = itemOf(state, step);
  const [field, index, path] = placeOf(step);
  if (item === undefined) return;
  const before = [...item.parts.keys()].filter((key) => key.startsWith(field)).length;
  state.violations.require(index === before, path, `must be ${before}`);
  item.parts.set(`${field} ${String(index)}`, { text: '', textDone: false, done: false });
}

function partOf(state: StreamState, step: Step): PartState | undefined {
  const [field, index, path] = placeOf(step);
  const part = itemOf(state, step)?.parts.get(`${field} ${String(index)}`);
  if (part === undefined) state.violations.add(path, 'is of no part');
  state.violations.require(part?.done !== true, path, 'comes after its part is done');
  return part;
}

function takeText(state: StreamState, step: Step, verb: string): void {
  const part = partOf(state, step);
  const { path, event } = step;
  if (part === undefined) return;
  state.violations.require(!part.textDone, path, 'comes after its text is done');
  if (verb === 'delta') {
    state.violations.require(typeof event['delta'] === 'string', `${path}.delta`, 'must be text');
    part.text += String(event['delta']);
    return;
  }
  const whole = event['text'] ?? event['refusal'];
  state.violations.require(whole === part.text, path, 'does not repeat the text of its deltas');
  part.textDone = true;
}

function takePartDone(state: StreamState, step: Step): void {
  const part = partOf(state, step);
  const { path, event } = step;
  const whole = state.violations.record(event['part'], `${path}.part`);
  if (part === undefined || whole === undefined) return;
  const text = whole['text'] ?? whole['refusal'];
  const isText = typeof text === 'string';
  state.violations.require(!isText || (part.textDone && text === part.text), path, 'does not repeat its text');
  part.done = true;
}

function takeArguments(state: StreamState, step: Step): void {
  const item = itemOf(state, step);
  const { path, event } = step;
  if (item === undefined) return;
  state.violations.require(!item.argumentsDone, path, 'comes after the arguments are done');
  if ('delta' in event) {
    item.argumentsText += String(event['delta']);
    return;
  }
  const whole = event['arguments'] ?? event['input'];
  state.violations.require(whole === item.argumentsText, path, 'does not repeat its deltas');
  item.argumentsDone = true;
}
