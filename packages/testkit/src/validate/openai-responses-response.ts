import { isArray, isFilledString, isPresent, isRecord, type JsonRecord } from '../json-guards.js';
import { Violations } from '../violations.js';
import { checkJsonText } from './openai-chat-response.js';

/** The fields that every response has. (API reference, "The response object") */
const REQUIRED_FIELDS = [
  'error',
  'incomplete_details',
  'instructions',
  'metadata',
  'parallel_tool_calls',
  'temperature',
  'tool_choice',
  'tools',
  'top_p',
];

/** What is wrong with a whole openai-responses answer as a client received it. (API reference, "The response object") */
export function validateResponsesResponse(body: unknown): readonly string[] {
  const violations = new Violations();
  const response = violations.record(body, 'body');
  if (response === undefined) return violations.list;
  checkSnapshot(violations, response, { path: 'body', statuses: ['completed', 'incomplete'] });
  checkUsage(violations, response['usage'], 'usage');
  return violations.list;
}

export interface SnapshotRules {
  readonly path: string;
  readonly statuses: readonly string[];
}

/** What a whole response and the ones within events have in common. */
export function checkSnapshot(violations: Violations, response: JsonRecord, { path, statuses }: SnapshotRules): void {
  violations.require(isFilledString(response['id']), `${path}.id`, 'is required');
  violations.require(response['object'] === 'response', `${path}.object`, 'must be response');
  violations.require(Number.isInteger(response['created_at']), `${path}.created_at`, 'must be seconds since 1970');
  violations.require(isFilledString(response['model']), `${path}.model`, 'is required');
  violations.oneOf(response['status'] ?? 'nothing', `${path}.status`, statuses);
  for (const field of REQUIRED_FIELDS) violations.require(field in response, `${path}.${field}`, 'is required');
  const isIncomplete = response['status'] === 'incomplete';
  const details = response['incomplete_details'];
  violations.require(
    isPresent(details) === isIncomplete,
    `${path}.incomplete_details`,
    'go with the status incomplete',
  );
  const failed = response['status'] === 'failed';
  violations.require(isPresent(response['error']) === failed, `${path}.error`, 'goes with the status failed');
  const output = response['output'];
  if (!isArray(output)) return violations.add(`${path}.output`, 'must be a list');
  for (const [index, value] of output.entries()) {
    const item = violations.record(value, `${path}.output[${index}]`);
    if (item !== undefined) checkOutputItem(violations, item, `${path}.output[${index}]`);
  }
}

/** An item that is finished. */
export function checkOutputItem(violations: Violations, item: JsonRecord, path: string): void {
  violations.require(isFilledString(item['id']), `${path}.id`, 'is required');
  switch (item['type']) {
    case 'message':
      violations.require(item['role'] === 'assistant', `${path}.role`, 'must be assistant');
      return checkParts(violations, item['content'], { path: `${path}.content`, types: ['output_text', 'refusal'] });
    case 'reasoning':
      checkParts(violations, item['summary'], { path: `${path}.summary`, types: ['summary_text'] });
      if (item['content'] === undefined) return undefined;
      return checkParts(violations, item['content'], { path: `${path}.content`, types: ['reasoning_text'] });
    case 'function_call':
      checkCallHead(violations, item, path);
      // A call that broke off has only the beginning of its arguments.
      if (item['status'] === 'incomplete') return undefined;
      return checkJsonText(violations, item['arguments'], `${path}.arguments`);
    case 'custom_tool_call':
      checkCallHead(violations, item, path);
      return violations.require(typeof item['input'] === 'string', `${path}.input`, 'must be text');
    default:
      return violations.require(isFilledString(item['type']), `${path}.type`, 'is required');
  }
}

export function checkCallHead(violations: Violations, item: JsonRecord, path: string): void {
  violations.require(isFilledString(item['call_id']), `${path}.call_id`, 'is required');
  violations.require(isFilledString(item['name']), `${path}.name`, 'is required');
}

interface PartRules {
  readonly path: string;
  readonly types: readonly string[];
}

function checkParts(violations: Violations, parts: unknown, { path, types }: PartRules): void {
  if (!isArray(parts)) return violations.add(path, 'must be a list');
  for (const [index, value] of parts.entries()) {
    const part = violations.record(value, `${path}[${index}]`);
    if (part === undefined) continue;
    violations.oneOf(part['type'] ?? 'nothing', `${path}[${index}].type`, types);
    const text = part['type'] === 'refusal' ? part['refusal'] : part['text'];
    violations.require(typeof text === 'string', `${path}[${index}]`, 'must have text');
    if (part['type'] !== 'output_text') continue;
    violations.require(isArray(part['annotations']), `${path}[${index}].annotations`, 'must be a list');
  }
  return undefined;
}

export function checkUsage(violations: Violations, value: unknown, path: string): void {
  if (!isPresent(value)) return;
  const usage = violations.record(value, path);
  const [input, output, total] = ['input_tokens', 'output_tokens', 'total_tokens'].map((field) => usage?.[field]);
  violations.require(Number.isInteger(input), `${path}.input_tokens`, 'must be an integer');
  violations.require(Number.isInteger(output), `${path}.output_tokens`, 'must be an integer');
  violations.require(total === Number(input) + Number(output), `${path}.total_tokens`, 'must be the sum');
  const cached = isRecord(usage?.['input_tokens_details']) ? usage['input_tokens_details']['cached_tokens'] : undefined;
  violations.require(Number.isInteger(cached), `${path}.input_tokens_details.cached_tokens`, 'must be an integer');
  const thought = isRecord(usage?.['output_tokens_details'])
    ? usage['output_tokens_details']['reasoning_tokens']
    : undefined;
  violations.require(Number.isInteger(thought), `${path}.output_tokens_details.reasoning_tokens`, 'must be an integer');
}
