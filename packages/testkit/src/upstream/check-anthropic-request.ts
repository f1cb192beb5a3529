import { isArray, isFilledString, isRecord, type JsonRecord } from '../json-guards.js';
import { Violations } from '../violations.js';
import { checkAnthropicMessages } from './check-anthropic-messages.js';

// "name: ^[a-zA-Z0-9_-]{1,128}$" (Messages API reference, tools)
const TOOL_NAME = /^[a-zA-Z0-9_-]{1,128}$/;

// The Messages API answers unknown parameters with "Extra inputs are not permitted".
const FOREIGN_FIELDS = [
  'n',
  'stop',
  'seed',
  'user',
  'logprobs',
  'logit_bias',
  'max_completion_tokens',
  'frequency_penalty',
  'presence_penalty',
  'parallel_tool_calls',
  'reasoning_effort',
  'response_format',
  'stream_options',
];

/** What is wrong with the body of `POST /v1/messages`, by the Messages API reference. Empty: nothing. */
export function checkAnthropicRequest(body: unknown): readonly string[] {
  const violations = new Violations();
  const request = violations.record(body, 'body');
  if (request === undefined) return violations.list;

  violations.require(isFilledString(request['model']), 'model', 'must be a string that is not empty');
  violations.require(request['max_tokens'] !== undefined, 'max_tokens', 'is required');
  violations.integerFrom(request['max_tokens'], 'max_tokens', 1);
  for (const field of FOREIGN_FIELDS) violations.require(!(field in request), field, 'is not of this dialect');
  checkSystem(violations, request['system']);
  checkAnthropicMessages(violations, violations.filledArray(request['messages'], 'messages'));
  checkTools(violations, request);
  checkSampling(violations, request);
  checkThinking(violations, request);
  violations.require(countCacheMarks(request) <= 4, 'cache_control', 'may mark at most 4 blocks');
  return violations.list;
}

function checkSystem(violations: Violations, system: unknown): void {
  if (system === undefined || isFilledString(system)) return;
  for (const [index, block] of violations.filledArray(system, 'system').entries()) {
    const legal = isRecord(block) && block['type'] === 'text' && isFilledString(block['text']);
    violations.require(legal, `system[${index}]`, 'must be a text block that is not empty');
  }
}

function checkTools(violations: Violations, request: JsonRecord): void {
  const names: unknown[] = [];
  if (request['tools'] !== undefined) {
    for (const [index, value] of violations.filledArray(request['tools'], 'tools').entries()) {
      const tool = violations.record(value, `tools[${index}]`);
      if (tool === undefined || tool['type'] === 'mcp_toolset') continue;
      checkTool(violations, tool, `tools[${index}]`);
      names.push(tool['name']);
    }
    violations.require(new Set(names).size === names.length, 'tools', 'names must differ');
  } else {
    violations.require(request['tool_choice'] === undefined, 'tool_choice', 'is only allowed beside tools');
  }

  if (request['tool_choice'] === undefined) return;
  const choice = violations.record(request['tool_choice'], 'tool_choice');
  violations.oneOf(choice?.['type'] ?? 'nothing', 'tool_choice.type', ['auto', 'any', 'tool', 'none']);
  violations.boolean(choice?.['disable_parallel_tool_use'], 'tool_choice.disable_parallel_tool_use');
  if (choice?.['type'] !== 'tool') return;
  violations.require(
    names.includes(choice['name']),
    'tool_choice.name',
    `${JSON.stringify(choice['name'])} is not an offered tool`,
  );
}

function checkTool(violations: Violations, tool: JsonRecord, path: string): void {
  const name = tool['name'];
  violations.require(
    typeof name === 'string' && TOOL_NAME.test(name),
    `${path}.name`,
    `${JSON.stringify(name)} is not a tool name`,
  );
  // A tool with a type of its own runs on the server or has a schema known to the model.
  if (tool['type'] !== undefined && tool['type'] !== 'custom') return;
  const schema = tool['input_schema'];
  violations.require(
    isRecord(schema) && schema['type'] === 'object',
    `${path}.input_schema`,
    'must be a schema of type object',
  );
}

function checkSampling(violations: Violations, request: JsonRecord): void {
  violations.numberWithin(request['temperature'], 'temperature', { min: 0, max: 1 });
  violations.numberWithin(request['top_p'], 'top_p', { min: 0, max: 1 });
  violations.integerFrom(request['top_k'], 'top_k', 0);
  violations.boolean(request['stream'], 'stream');
  const stops = request['stop_sequences'];
  const legalStops =
    stops === undefined || (isArray(stops) && stops.every((stop) => typeof stop === 'string' && stop.trim() !== ''));
  violations.require(legalStops, 'stop_sequences', 'must be strings with something else than whitespace in each');
  const metadata = request['metadata'];
  const legalMetadata =
    metadata === undefined || (isRecord(metadata) && Object.keys(metadata).every((key) => key === 'user_id'));
  violations.require(legalMetadata, 'metadata', 'may hold only user_id');
}

/** The conditions of extended thinking. (Messages API reference; "Extended thinking", feature compatibility) */
function checkThinking(violations: Violations, request: JsonRecord): void {
  if (request['thinking'] === undefined) return;
  const thinking = violations.record(request['thinking'], 'thinking');
  violations.oneOf(thinking?.['type'] ?? 'nothing', 'thinking.type', ['enabled', 'disabled', 'adaptive']);
  if (thinking?.['type'] !== 'enabled') return;

  const budget = thinking['budget_tokens'];
  const legalBudget =
    Number.isInteger(budget) && Number(budget) >= 1024 && Number(budget) < Number(request['max_tokens']);
  violations.require(legalBudget, 'thinking.budget_tokens', 'must be at least 1024 and below max_tokens');
  violations.require(
    [undefined, 1].includes(numberOrUndefined(request['temperature'])),
    'temperature',
    'must be 1 with thinking',
  );
  violations.require(request['top_k'] === undefined, 'top_k', 'is not allowed with thinking');
  const choice = isRecord(request['tool_choice']) ? request['tool_choice']['type'] : undefined;
  violations.require(choice !== 'any' && choice !== 'tool', 'tool_choice', 'cannot force a tool with thinking');
  checkThinkingTurns(violations, request['messages']);
}

function checkThinkingTurns(violations: Violations, messages: unknown): void {
  if (!isArray(messages)) return;
  const last = messages.at(-1);
  violations.require(
    !isRecord(last) || last['role'] !== 'assistant',
    'messages',
    'cannot end in a prefill with thinking',
  );
  // "When thinking is enabled, a final assistant message must start with a thinking block (preceding the lastmost set
  // of tool_use and tool_result blocks)." (the API's own error)
  const answersTools = contentOf(last).some((block) => isRecord(block) && block['type'] === 'tool_result');
  if (!answersTools) return;
  const first = contentOf(messages.at(-2))[0];
  const thinks = isRecord(first) && (first['type'] === 'thinking' || first['type'] === 'redacted_thinking');
  violations.require(
    thinks,
    `messages[${messages.length - 2}]`,
    'must start with its thinking while thinking is enabled',
  );
}

function contentOf(message: unknown): readonly unknown[] {
  return isRecord(message) && isArray(message['content']) ? message['content'] : [];
}

function numberOrUndefined(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function countCacheMarks(value: unknown): number {
  if (isArray(value)) return value.reduce<number>((sum, entry) => sum + countCacheMarks(entry), 0);
  if (!isRecord(value)) return 0;
  let count = 0;
  for (const [key, entry] of Object.entries(value)) {
    if (key === 'cache_control') count += entry === null ? 0 : 1;
    // A schema or an argument may use the word for something of its own.
    else if (key !== 'input' && key !== 'input_schema') count += countCacheMarks(entry);
  }
  return count;
}
