import { isFilledString, isPresent, isRecord, parseJson, type JsonRecord } from '../json-guards.js';
import { Violations } from '../violations.js';

export const FINISH_REASONS = ['stop', 'length', 'tool_calls', 'content_filter', 'function_call'];

/** What is wrong with a whole openai-chat answer as a client received it. (API reference, "chat.completion") */
export function validateOpenaiChatResponse(body: unknown): readonly string[] {
  const violations = new Violations();
  const response = violations.record(body, 'body');
  if (response === undefined) return violations.list;
  violations.require(isFilledString(response['id']), 'id', 'is required');
  violations.require(response['object'] === 'chat.completion', 'object', 'must be chat.completion');
  violations.require(Number.isInteger(response['created']), 'created', 'must be seconds since 1970');
  violations.require(isFilledString(response['model']), 'model', 'is required');
  for (const [index, value] of violations.filledArray(response['choices'], 'choices').entries()) {
    const choice = violations.record(value, `choices[${index}]`);
    if (choice === undefined) continue;
    violations.require(choice['index'] === index, `choices[${index}].index`, `must be ${index}`);
    checkChoice(violations, choice, `choices[${index}]`);
  }
  checkUsage(violations, response['usage']);
  return violations.list;
}

function checkChoice(violations: Violations, choice: JsonRecord, path: string): void {
  violations.oneOf(choice['finish_reason'] ?? 'nothing', `${path}.finish_reason`, FINISH_REASONS);
  const message = violations.record(choice['message'], `${path}.message`);
  if (message === undefined) return;
  violations.require(message['role'] === 'assistant', `${path}.message.role`, 'must be assistant');
  const content = message['content'];
  violations.require(
    content === null || typeof content === 'string',
    `${path}.message.content`,
    'must be text or null',
  );
  const called = message['tool_calls'] !== undefined;
  if (choice['finish_reason'] === 'tool_calls')
    violations.require(called, path, 'finishes with tool_calls without a call');
  if (!called) return;
  for (const [index, value] of violations.filledArray(message['tool_calls'], `${path}.message.tool_calls`).entries()) {
    const call = violations.record(value, `${path}.message.tool_calls[${index}]`);
    if (call !== undefined) checkCall(violations, call, `${path}.message.tool_calls[${index}]`);
  }
}

function checkCall(violations: Violations, call: JsonRecord, path: string): void {
  violations.require(isFilledString(call['id']), `${path}.id`, 'is required');
  if (call['type'] === 'custom') {
    const custom = violations.record(call['custom'], `${path}.custom`);
    violations.require(isFilledString(custom?.['name']), `${path}.custom.name`, 'is required');
    violations.require(typeof custom?.['input'] === 'string', `${path}.custom.input`, 'must be text');
    return;
  }
  violations.require(call['type'] === 'function', `${path}.type`, 'must be function or custom');
  const called = violations.record(call['function'], `${path}.function`);
  violations.require(isFilledString(called?.['name']), `${path}.function.name`, 'is required');
  checkJsonText(violations, called?.['arguments'], `${path}.function.arguments`);
}

/** The arguments of a finished call. */
export function checkJsonText(violations: Violations, text: unknown, path: string): void {
  const legal = typeof text === 'string' && isRecord(parseJson(text));
  violations.require(legal, path, `must be the JSON text of an object, not ${JSON.stringify(text)}`);
}

function checkUsage(violations: Violations, value: unknown): void {
  if (!isPresent(value)) return;
  const usage = violations.record(value, 'usage');
  const [prompt, completion, total] = ['prompt_tokens', 'completion_tokens', 'total_tokens'].map(
    (field) => usage?.[field],
  );
  violations.require(Number.isInteger(prompt), 'usage.prompt_tokens', 'must be an integer');
  violations.require(Number.isInteger(completion), 'usage.completion_tokens', 'must be an integer');
  violations.require(total === Number(prompt) + Number(completion), 'usage.total_tokens', 'must be the sum');
}
