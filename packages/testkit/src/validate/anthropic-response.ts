import { isFilledString, isPresent, isRecord, type JsonRecord } from '../json-guards.js';
import { Violations } from '../violations.js';

export const STOP_REASONS = [
  'end_turn',
  'max_tokens',
  'stop_sequence',
  'tool_use',
  'pause_turn',
  'refusal',
  'model_context_window_exceeded',
];

/** What is wrong with a whole Messages answer as a client received it. (Messages API reference, "Message") */
export function validateAnthropicResponse(body: unknown): readonly string[] {
  const violations = new Violations();
  const response = violations.record(body, 'body');
  if (response === undefined) return violations.list;
  checkMessageHead(violations, response, 'body');
  const content = response['content'];
  if (!Array.isArray(content)) violations.add('content', 'must be a list');
  const blocks: readonly unknown[] = Array.isArray(content) ? content : [];
  for (const [index, value] of blocks.entries()) {
    const block = violations.record(value, `content[${index}]`);
    if (block !== undefined) checkBlock(violations, block, `content[${index}]`);
  }
  const calls = blocks.some((block) => isRecord(block) && block['type'] === 'tool_use');
  checkStop(violations, response, { path: 'body', calls });
  checkUsageNumbers(violations, response['usage'], { path: 'usage', fields: ['input_tokens', 'output_tokens'] });
  return violations.list;
}

/** What a whole answer and a `message_start` have in common. */
export function checkMessageHead(violations: Violations, message: JsonRecord, path: string): void {
  violations.require(isFilledString(message['id']), `${path}.id`, 'is required');
  violations.require(message['type'] === 'message', `${path}.type`, 'must be message');
  violations.require(message['role'] === 'assistant', `${path}.role`, 'must be assistant');
  violations.require(isFilledString(message['model']), `${path}.model`, 'is required');
}

/** The stop reason and the sequence that goes with it. */
export function checkStop(
  violations: Violations,
  holder: JsonRecord,
  { path, calls }: { readonly path: string; readonly calls: boolean },
): void {
  const reason = holder['stop_reason'];
  violations.oneOf(reason ?? 'nothing', `${path}.stop_reason`, STOP_REASONS);
  if (reason === 'tool_use') violations.require(calls, `${path}.stop_reason`, 'is tool_use without a tool_use block');
  const sequence = holder['stop_sequence'];
  const legal = reason === 'stop_sequence' ? isFilledString(sequence) : !isPresent(sequence);
  violations.require(legal, `${path}.stop_sequence`, 'must name the sequence that was hit, and only then');
}

export function checkUsageNumbers(
  violations: Violations,
  value: unknown,
  { path, fields }: { readonly path: string; readonly fields: readonly string[] },
): void {
  const usage = violations.record(value, path);
  for (const field of fields) {
    violations.require(Number.isInteger(usage?.[field]), `${path}.${field}`, 'must be an integer');
  }
}

function checkBlock(violations: Violations, block: JsonRecord, path: string): void {
  switch (block['type']) {
    case 'text':
      return violations.require(typeof block['text'] === 'string', `${path}.text`, 'must be text');
    case 'tool_use':
      violations.require(isFilledString(block['id']), `${path}.id`, 'is required');
      violations.require(isFilledString(block['name']), `${path}.name`, 'is required');
      return violations.require(isRecord(block['input']), `${path}.input`, 'must be an object');
    case 'thinking':
      violations.require(typeof block['thinking'] === 'string', `${path}.thinking`, 'must be text');
      return violations.require(typeof block['signature'] === 'string', `${path}.signature`, 'must be text');
    case 'redacted_thinking':
      return violations.require(isFilledString(block['data']), `${path}.data`, 'is required');
    default:
      return violations.require(isFilledString(block['type']), `${path}.type`, 'is required');
  }
}
