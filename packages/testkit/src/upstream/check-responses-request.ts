import { isArray, isFilledString, isPresent, isRecord, type JsonRecord } from '../json-guards.js';
import { Violations } from '../violations.js';
import { checkResponsesInput } from './check-responses-input.js';

// As of functions in Create chat completion; the Responses reference gives no other rule. (OpenAI API reference)
const TOOL_NAME = /^[a-zA-Z0-9_-]{1,64}$/;

/** The API refuses a parameter that it does not know. (OpenAI API reference, Create a response) */
const FIELDS = [
  'background',
  'context_management',
  'conversation',
  'include',
  'input',
  'instructions',
  'max_output_tokens',
  'max_tool_calls',
  'metadata',
  'model',
  'moderation',
  'parallel_tool_calls',
  'previous_response_id',
  'prompt',
  'prompt_cache_key',
  'prompt_cache_options',
  'prompt_cache_retention',
  'reasoning',
  'safety_identifier',
  'service_tier',
  'store',
  'stream',
  'stream_options',
  'temperature',
  'text',
  'tool_choice',
  'tools',
  'top_logprobs',
  'top_p',
  'truncation',
  'user',
];

const INCLUDES = [
  'file_search_call.results',
  'web_search_call.results',
  'web_search_call.action.sources',
  'message.input_image.image_url',
  'computer_call_output.output.image_url',
  'code_interpreter_call.outputs',
  'reasoning.encrypted_content',
  'message.output_text.logprobs',
];

const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

/** What is wrong with the body of `POST /responses`, by the OpenAI API reference. Empty: nothing. */
export function checkResponsesRequest(body: unknown): readonly string[] {
  const violations = new Violations();
  const request = violations.record(body, 'body');
  if (request === undefined) return violations.list;

  for (const field of Object.keys(request)) violations.require(FIELDS.includes(field), field, 'is no parameter');
  violations.require(isFilledString(request['model']), 'model', 'must be a string that is not empty');
  const instructions = request['instructions'];
  violations.require(!isPresent(instructions) || typeof instructions === 'string', 'instructions', 'must be text');
  checkResponsesInput(violations, request);
  checkTools(violations, request);
  checkSampling(violations, request);
  checkText(violations, request['text']);
  return violations.list;
}

function checkTools(violations: Violations, request: JsonRecord): void {
  const tools = request['tools'];
  const names: string[] = [];
  if (isPresent(tools) && !isArray(tools)) violations.add('tools', 'must be a list');
  for (const [index, tool] of (isArray(tools) ? tools : []).entries()) {
    names.push(...checkTool(violations, tool, `tools[${index}]`));
  }
  violations.require(new Set(names).size === names.length, 'tools', 'names must differ');
  violations.boolean(request['parallel_tool_calls'], 'parallel_tool_calls');
  checkToolChoice(violations, request['tool_choice'], names);
}

/** The names that a choice may mean it by. */
function checkTool(violations: Violations, value: unknown, path: string): readonly string[] {
  const tool = violations.record(value, path);
  if (tool === undefined) return [];
  switch (tool['type']) {
    case 'function':
      return checkFunction(violations, tool, path);
    case 'custom':
      return checkName(violations, tool['name'], path);
    case 'namespace': {
      checkName(violations, tool['name'], path);
      const inner = violations.filledArray(tool['tools'], `${path}.tools`);
      const names = inner.flatMap((one, index) => checkTool(violations, one, `${path}.tools[${index}]`));
      return names.map((name) => `${String(tool['name'])}.${name}`);
    }
    default:
      violations.require(isFilledString(tool['type']), `${path}.type`, 'is required');
      return [];
  }
}

/** Unlike in Chat Completions the function's fields stand in the tool itself, and two of them must be said. */
function checkFunction(violations: Violations, tool: JsonRecord, path: string): readonly string[] {
  violations.require(!('function' in tool), `${path}.function`, 'is of Chat Completions');
  const { parameters, strict } = tool;
  violations.require(parameters === null || isRecord(parameters), `${path}.parameters`, 'must be a schema or null');
  violations.require(strict === null || typeof strict === 'boolean', `${path}.strict`, 'must be true, false or null');
  return checkName(violations, tool['name'], path);
}

function checkName(violations: Violations, name: unknown, path: string): readonly string[] {
  const isName = typeof name === 'string' && TOOL_NAME.test(name);
  violations.require(isName, `${path}.name`, `${JSON.stringify(name)} is not a name`);
  return isName ? [name] : [];
}

function checkToolChoice(violations: Violations, choice: unknown, names: readonly string[]): void {
  if (!isRecord(choice)) return violations.oneOf(choice, 'tool_choice', ['none', 'auto', 'required']);
  if (choice['type'] !== 'function' && choice['type'] !== 'custom') return undefined;
  const { name, namespace } = choice;
  const meant = isFilledString(namespace) ? `${namespace}.${String(name)}` : String(name);
  return violations.require(names.includes(meant), 'tool_choice.name', `${meant} is not an offered tool`);
}

function checkSampling(violations: Violations, request: JsonRecord): void {
  violations.numberWithin(request['temperature'], 'temperature', { min: 0, max: 2 });
  violations.numberWithin(request['top_p'], 'top_p', { min: 0, max: 1 });
  violations.numberWithin(request['top_logprobs'], 'top_logprobs', { min: 0, max: 20 });
  violations.integerFrom(request['max_output_tokens'], 'max_output_tokens', 16);
  violations.oneOf(request['truncation'], 'truncation', ['auto', 'disabled']);
  for (const field of ['stream', 'store', 'background']) violations.boolean(request[field], field);
  const options = request['stream_options'];
  violations.require(!isPresent(options) || request['stream'] === true, 'stream_options', 'needs stream: true');
  if (isPresent(request['include'])) {
    for (const value of violations.filledArray(request['include'], 'include')) {
      violations.oneOf(value, 'include', INCLUDES);
    }
  }
  const metadata = request['metadata'];
  const isMap = isRecord(metadata) && Object.values(metadata).every((value) => typeof value === 'string');
  violations.require(!isPresent(metadata) || isMap, 'metadata', 'must map strings to strings');
  if (!isPresent(request['reasoning'])) return;
  const reasoning = violations.record(request['reasoning'], 'reasoning');
  violations.oneOf(reasoning?.['effort'], 'reasoning.effort', EFFORTS);
  violations.oneOf(reasoning?.['summary'], 'reasoning.summary', ['auto', 'concise', 'detailed']);
}

function checkText(violations: Violations, value: unknown): void {
  if (!isPresent(value)) return;
  const text = violations.record(value, 'text');
  violations.oneOf(text?.['verbosity'], 'text.verbosity', ['low', 'medium', 'high']);
  if (!isPresent(text?.['format'])) return;
  const format = violations.record(text?.['format'], 'text.format');
  violations.oneOf(format?.['type'] ?? 'nothing', 'text.format.type', ['text', 'json_object', 'json_schema']);
  if (format?.['type'] !== 'json_schema') return;
  violations.require(!('json_schema' in format), 'text.format.json_schema', 'is of Chat Completions');
  checkName(violations, format['name'], 'text.format');
  violations.require(isRecord(format['schema']), 'text.format.schema', 'must be a schema');
  violations.boolean(format['strict'], 'text.format.strict');
}
