import { isArray, isFilledString, isPresent, isRecord, parseJson, type JsonRecord } from '../json-guards.js';
import { Violations } from '../violations.js';
import { FINISH_REASONS, checkJsonText } from './openai-chat-response.js';
import { splitFrames, type Frame } from './split-frames.js';
import { checkEnding, type ValidateStreamOptions } from './stream-ending.js';

interface ChoiceState {
  role: boolean;
  finished: boolean;
  /** The arguments so far, by index of the call. */
  readonly calls: string[];
}

interface StreamState {
  readonly violations: Violations;
  readonly choices: Map<unknown, ChoiceState>;
  /** What has to stay the same from chunk to chunk, from the first one. */
  identity: JsonRecord | undefined;
  usageSeen: boolean;
  ended: 'answer' | 'error' | undefined;
}

/**
 * What is wrong with the bytes of an openai-chat stream as a client received them: the grammar that OpenAI's own
 * streams follow (API reference, "chat.completion.chunk"), which is stricter than what clients accept.
 */
export function validateOpenaiChatStream(text: string, options: ValidateStreamOptions = {}): readonly string[] {
  const violations = new Violations();
  const state: StreamState = {
    violations,
    choices: new Map(),
    identity: undefined,
    usageSeen: false,
    ended: undefined,
  };
  for (const frame of splitFrames(text, violations)) takeFrame(state, frame);
  checkEnding(violations, state.ended, options);
  if (state.ended === 'answer') checkChoicesEnded(state);
  return violations.list;
}

function takeFrame(state: StreamState, { path, event, data }: Frame): void {
  const { violations } = state;
  violations.require(state.ended === undefined, path, 'comes after the end');
  violations.require(event === undefined, path, 'must not be named');
  if (data === '[DONE]') {
    state.ended ??= 'answer';
    return;
  }
  const chunk = violations.record(parseJson(data), path);
  if (chunk === undefined) return;
  if (isPresent(chunk['error'])) {
    checkOpenaiError(violations, chunk['error'], `${path}.error`);
    state.ended ??= 'error';
    return;
  }
  checkIdentity(state, chunk, path);
  takeChunk(state, chunk, path);
}

/** An error body, in a stream or a whole answer. */
export function checkOpenaiError(violations: Violations, value: unknown, path: string): void {
  const error = violations.record(value, path);
  violations.require(isFilledString(error?.['message']), `${path}.message`, 'is required');
  violations.require(isFilledString(error?.['type']), `${path}.type`, 'is required');
}

function checkIdentity(state: StreamState, chunk: JsonRecord, path: string): void {
  const { violations } = state;
  violations.require(chunk['object'] === 'chat.completion.chunk', `${path}.object`, 'must be chat.completion.chunk');
  violations.require(isFilledString(chunk['id']), `${path}.id`, 'is required');
  violations.require(isFilledString(chunk['model']), `${path}.model`, 'is required');
  violations.require(Number.isInteger(chunk['created']), `${path}.created`, 'must be seconds since 1970');
  state.identity ??= chunk;
  for (const field of ['id', 'model', 'created']) {
    violations.require(chunk[field] === state.identity[field], `${path}.${field}`, 'must stay the same');
  }
}

function takeChunk(state: StreamState, chunk: JsonRecord, path: string): void {
  const { violations } = state;
  violations.require(!state.usageSeen, path, 'comes after the usage chunk');
  const choices = chunk['choices'];
  if (!isArray(choices)) return violations.add(`${path}.choices`, 'must be a list');
  if (choices.length === 0) {
    violations.require(isRecord(chunk['usage']), path, 'has neither choices nor usage');
    const open = [...state.choices.values()].some((choice) => !choice.finished);
    violations.require(!open, path, 'tells the usage before every choice has finished');
    state.usageSeen = true;
    return;
  }
  for (const [place, value] of choices.entries()) {
    const choice = violations.record(value, `${path}.choices[${place}]`);
    if (choice !== undefined) takeChoice(state, choice, `${path}.choices[${place}]`);
  }
}

function takeChoice(state: StreamState, choice: JsonRecord, path: string): void {
  const { violations } = state;
  violations.require(Number.isInteger(choice['index']), `${path}.index`, 'is required');
  const known: ChoiceState = state.choices.get(choice['index']) ?? { role: false, finished: false, calls: [] };
  state.choices.set(choice['index'], known);
  violations.require(!known.finished, path, 'comes after the finish of its choice');

  const delta = violations.record(choice['delta'], `${path}.delta`);
  if (delta !== undefined) takeDelta(violations, delta, { path: `${path}.delta`, known });
  if (!isPresent(choice['finish_reason'])) return;
  violations.oneOf(choice['finish_reason'], `${path}.finish_reason`, FINISH_REASONS);
  const called = known.calls.length > 0;
  if (choice['finish_reason'] === 'tool_calls')
    violations.require(called, path, 'finishes with tool_calls without a call');
  known.finished = true;
}

function takeDelta(
  violations: Violations,
  delta: JsonRecord,
  { path, known }: { readonly path: string; readonly known: ChoiceState },
): void {
  if (known.role) violations.require(delta['role'] === undefined, `${path}.role`, 'must come once');
  else
    violations.require(
      delta['role'] === 'assistant',
      `${path}.role`,
      'must be assistant in the first delta of a choice',
    );
  known.role = true;
  for (const field of ['content', 'refusal', 'reasoning_content', 'reasoning']) {
    const value = delta[field];
    violations.require(!isPresent(value) || typeof value === 'string', `${path}.${field}`, 'must be text');
  }
  if (delta['tool_calls'] === undefined) return;
  for (const [place, value] of violations.filledArray(delta['tool_calls'], `${path}.tool_calls`).entries()) {
    const call = violations.record(value, `${path}.tool_calls[${place}]`);
    if (call !== undefined) takeCall(violations, call, { path: `${path}.tool_calls[${place}]`, calls: known.calls });
  }
}

function takeCall(
  violations: Violations,
  call: JsonRecord,
  { path, calls }: { readonly path: string; readonly calls: string[] },
): void {
  const index = call['index'];
  if (typeof index !== 'number') return violations.add(`${path}.index`, 'is required');
  const called = isRecord(call['function']) ? call['function'] : {};
  const soFar = calls[index];
  if (soFar === undefined) {
    violations.require(index === calls.length, `${path}.index`, 'must follow the call before it');
    violations.require(isFilledString(call['id']), `${path}.id`, 'is required in the first delta of a call');
    violations.require(call['type'] === 'function', `${path}.type`, 'is required in the first delta of a call');
    violations.require(
      isFilledString(called['name']),
      `${path}.function.name`,
      'is required in the first delta of a call',
    );
  } else {
    violations.require(call['id'] === undefined, `${path}.id`, 'must come once');
    violations.require(called['name'] === undefined, `${path}.function.name`, 'must come once');
    violations.require(index === calls.length - 1, `${path}.index`, 'goes back to a call that has ended');
  }
  const text = called['arguments'];
  violations.require(typeof text === 'string', `${path}.function.arguments`, 'must be text');
  calls[index] = (soFar ?? '') + String(text);
}

function checkChoicesEnded({ choices, violations }: StreamState): void {
  violations.require(choices.size > 0, 'stream', 'has no choice');
  for (const [index, choice] of choices) {
    violations.require(choice.finished, `choice ${String(index)}`, 'never finished');
    for (const [place, text] of choice.calls.entries())
      checkJsonText(violations, text, `choice ${String(index)}, call ${place}`);
  }
}
