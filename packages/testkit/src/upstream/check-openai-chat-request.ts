import { isArray, isFilledString, isPresent, isRecord, type JsonRecord } from '../json-guards.js';
import { Violations } from '../violations.js';

// Function names: "Must be a-z, A-Z, 0-9, or contain underscores and dashes, with a maximum length of 64."
// (OpenAI API reference, Create chat completion)
const FUNCTION_NAME = /^[a-zA-Z0-9_-]{1,64}$/;

const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

/** Parameters of other dialects that OpenAI-shaped servers refuse or, worse, ignore. */
const FOREIGN_FIELDS = ['system', 'stop_sequences', 'anthropic_version', 'contents', 'generationConfig'];

/** What is wrong with the body of `POST /chat/completions`, by the OpenAI API reference. Empty: nothing. */
export function checkOpenaiChatRequest(body: unknown): readonly string[] {
  const violations = new Violations();
  const request = violations.record(body, 'body');
  if (request === undefined) return violations.list;

  violations.require(isFilledString(request['model']), 'model', 'must be a string that is not empty');
  for (const field of FOREIGN_FIELDS) violations.require(!(field in request), field, 'is not of this dialect');
  checkMessages(violations, violations.filledArray(request['messages'], 'messages'));
  checkTools(violations, request);
  checkSampling(violations, request);
  checkOutput(violations, request);
  return violations.list;
}

function checkMessages(violations: Violations, messages: readonly unknown[]): void {
  // Ids of the last assistant turn that no tool message has answered yet.
  let unanswered = new Set<string>();
  for (const [index, value] of messages.entries()) {
    const path = `messages[${index}]`;
    const message = violations.record(value, path);
    if (message === undefined) continue;
    if (message['role'] === 'tool') {
      answerCall(violations, message, { path, unanswered });
    } else if (unanswered.size > 0) {
      violations.add(path, `comes before the answers of tool calls ${[...unanswered].join(', ')}`);
      unanswered = new Set();
    }
    checkMessage(violations, message, path);
    if (message['role'] === 'assistant') unanswered = new Set(toolCallIds(message));
  }
  violations.require(
    unanswered.size === 0,
    'messages',
    `end before tool calls ${[...unanswered].join(', ')} are answered`,
  );
}

function answerCall(
  violations: Violations,
  message: JsonRecord,
  place: { readonly path: string; readonly unanswered: Set<string> },
): void {
  const id = message['tool_call_id'];
  const known = typeof id === 'string' && place.unanswered.delete(id);
  violations.require(
    known,
    `${place.path}.tool_call_id`,
    `${JSON.stringify(id)} answers no open call of the turn before`,
  );
}

function toolCallIds(message: JsonRecord): readonly string[] {
  const calls = message['tool_calls'];
  if (!isArray(calls)) return [];
  return calls.flatMap((call) => (isRecord(call) && typeof call['id'] === 'string' ? [call['id']] : []));
}

function checkMessage(violations: Violations, message: JsonRecord, path: string): void {
  const content = message['content'];
  const contentPath = `${path}.content`;
  switch (message['role']) {
    case 'system':
    case 'developer':
    case 'tool':
      return checkContent(violations, content, { path: contentPath, parts: ['text'] });
    case 'user':
      return checkContent(violations, content, {
        path: contentPath,
        parts: ['text', 'image_url', 'input_audio', 'file'],
      });
    case 'assistant':
      return checkAssistant(violations, message, path);
    default:
      return violations.add(`${path}.role`, `${JSON.stringify(message['role'])} is not a role`);
  }
}

function checkAssistant(violations: Violations, message: JsonRecord, path: string): void {
  const mayBeEmpty = ['tool_calls', 'refusal', 'audio', 'function_call'].some((field) => isPresent(message[field]));
  const content = message['content'];
  if (content !== undefined && content !== null) {
    checkContent(violations, content, { path: `${path}.content`, parts: ['text', 'refusal'] });
  } else {
    violations.require(mayBeEmpty, `${path}.content`, 'may be missing only beside tool calls or a refusal');
  }
  if (message['tool_calls'] === undefined) return;

  const calls = violations.filledArray(message['tool_calls'], `${path}.tool_calls`);
  for (const [index, value] of calls.entries()) {
    const call = violations.record(value, `${path}.tool_calls[${index}]`);
    if (call !== undefined) checkToolCall(violations, call, `${path}.tool_calls[${index}]`);
  }
  const ids = toolCallIds(message);
  violations.require(new Set(ids).size === ids.length, `${path}.tool_calls`, 'ids must differ');
}

function checkToolCall(violations: Violations, call: JsonRecord, path: string): void {
  violations.require(isFilledString(call['id']), `${path}.id`, 'must be a string that is not empty');
  if (call['type'] === 'custom') return;
  violations.require(call['type'] === 'function', `${path}.type`, 'must be function');
  const called = violations.record(call['function'], `${path}.function`);
  if (called === undefined) return;
  checkFunctionName(violations, called['name'], `${path}.function.name`);
  violations.require(typeof called['arguments'] === 'string', `${path}.function.arguments`, 'must be JSON text');
}

function checkContent(
  violations: Violations,
  content: unknown,
  allowed: { readonly path: string; readonly parts: readonly string[] },
): void {
  if (typeof content === 'string') return;
  for (const [index, value] of violations.filledArray(content, allowed.path).entries()) {
    const path = `${allowed.path}[${index}]`;
    const part = violations.record(value, path);
    if (part === undefined) continue;
    const type = part['type'];
    if (typeof type === 'string' && allowed.parts.includes(type)) checkPart(violations, part, path);
    else violations.add(`${path}.type`, `${JSON.stringify(type)} is not allowed here`);
  }
}

function checkPart(violations: Violations, part: JsonRecord, path: string): void {
  switch (part['type']) {
    case 'text':
    case 'refusal':
      return violations.require(typeof part[part['type']] === 'string', path, `must have a ${part['type']}`);
    case 'image_url': {
      const image = violations.record(part['image_url'], `${path}.image_url`);
      const url = image?.['url'];
      const legal = typeof url === 'string' && /^(https?:\/\/.|data:image\/[\w.+-]+;base64,.)/.test(url);
      violations.require(legal, `${path}.image_url.url`, 'must be an http(s) URL or a base64 data URL of an image');
      return violations.oneOf(image?.['detail'], `${path}.image_url.detail`, ['auto', 'low', 'high', 'original']);
    }
    case 'input_audio': {
      const audio = violations.record(part['input_audio'], `${path}.input_audio`);
      violations.require(isFilledString(audio?.['data']), `${path}.input_audio.data`, 'must be base64');
      return violations.require(
        ['wav', 'mp3'].includes(String(audio?.['format'])),
        `${path}.input_audio.format`,
        'must be wav or mp3',
      );
    }
    default: {
      const file = violations.record(part['file'], `${path}.file`);
      const legal = isFilledString(file?.['file_id']) || isFilledString(file?.['file_data']);
      return violations.require(legal, `${path}.file`, 'must have a file_id or file_data');
    }
  }
}

function checkFunctionName(violations: Violations, name: unknown, path: string): void {
  violations.require(
    typeof name === 'string' && FUNCTION_NAME.test(name),
    path,
    `${JSON.stringify(name)} is not a function name`,
  );
}

function checkTools(violations: Violations, request: JsonRecord): void {
  const names: unknown[] = [];
  if (request['tools'] !== undefined) {
    for (const [index, value] of violations.filledArray(request['tools'], 'tools').entries()) {
      const path = `tools[${index}]`;
      const tool = violations.record(value, path);
      if (tool?.['type'] === 'custom') continue;
      violations.require(tool?.['type'] === 'function', `${path}.type`, 'must be function');
      const offered = violations.record(tool?.['function'], `${path}.function`);
      checkFunctionName(violations, offered?.['name'], `${path}.function.name`);
      const parameters = offered?.['parameters'];
      violations.require(
        parameters === undefined || isRecord(parameters),
        `${path}.function.parameters`,
        'must be a schema',
      );
      names.push(offered?.['name']);
    }
    violations.require(new Set(names).size === names.length, 'tools', 'names must differ');
  } else {
    violations.require(request['tool_choice'] === undefined, 'tool_choice', 'is only allowed beside tools');
    violations.require(
      request['parallel_tool_calls'] === undefined,
      'parallel_tool_calls',
      'is only allowed beside tools',
    );
  }
  checkToolChoice(violations, request['tool_choice'], names);
}

function checkToolChoice(violations: Violations, choice: unknown, names: readonly unknown[]): void {
  if (!isRecord(choice)) return violations.oneOf(choice, 'tool_choice', ['none', 'auto', 'required']);
  if (choice['type'] !== 'function')
    return violations.oneOf(choice['type'], 'tool_choice.type', ['allowed_tools', 'custom']);
  const chosen = isRecord(choice['function']) ? choice['function']['name'] : undefined;
  violations.require(
    names.includes(chosen),
    'tool_choice.function.name',
    `${JSON.stringify(chosen)} is not an offered tool`,
  );
}

function checkSampling(violations: Violations, request: JsonRecord): void {
  violations.numberWithin(request['temperature'], 'temperature', { min: 0, max: 2 });
  violations.numberWithin(request['top_p'], 'top_p', { min: 0, max: 1 });
  violations.numberWithin(request['frequency_penalty'], 'frequency_penalty', { min: -2, max: 2 });
  violations.numberWithin(request['presence_penalty'], 'presence_penalty', { min: -2, max: 2 });
  violations.integerFrom(request['n'], 'n', 1);
  violations.integerFrom(request['seed'], 'seed', Number.MIN_SAFE_INTEGER);
  violations.boolean(request['logprobs'], 'logprobs');
  if (request['top_logprobs'] !== undefined) {
    violations.numberWithin(request['top_logprobs'], 'top_logprobs', { min: 0, max: 20 });
    violations.require(request['logprobs'] === true, 'top_logprobs', 'is only allowed beside logprobs');
  }
  violations.oneOf(request['reasoning_effort'], 'reasoning_effort', EFFORTS);
}

function checkOutput(violations: Violations, request: JsonRecord): void {
  violations.boolean(request['stream'], 'stream');
  if (request['stream_options'] !== undefined && request['stream_options'] !== null) {
    violations.require(request['stream'] === true, 'stream_options', 'is only allowed beside stream: true');
  }
  violations.integerFrom(request['max_tokens'], 'max_tokens', 1);
  violations.integerFrom(request['max_completion_tokens'], 'max_completion_tokens', 1);
  const both = isPresent(request['max_tokens']) && isPresent(request['max_completion_tokens']);
  violations.require(!both, 'max_tokens', 'and max_completion_tokens exclude each other');

  const stop = request['stop'];
  if (isArray(stop)) {
    const legal = stop.length >= 1 && stop.length <= 4 && stop.every((value) => typeof value === 'string');
    violations.require(legal, 'stop', 'must be 1 to 4 strings');
  } else {
    violations.require(
      stop === undefined || stop === null || typeof stop === 'string',
      'stop',
      'must be text or a list',
    );
  }
  checkResponseFormat(violations, request['response_format']);
  // "Invalid 'user': string too long. Expected a string with maximum length 64" (the API's own error)
  violations.require(
    !isPresent(request['user']) || String(request['user']).length <= 64,
    'user',
    'has at most 64 characters',
  );
  const metadata = request['metadata'];
  const legalMetadata =
    !isPresent(metadata) || (isRecord(metadata) && Object.values(metadata).every((value) => typeof value === 'string'));
  violations.require(legalMetadata, 'metadata', 'must map strings to strings');
}

function checkResponseFormat(violations: Violations, format: unknown): void {
  if (format === undefined) return;
  const record = violations.record(format, 'response_format');
  violations.oneOf(record?.['type'] ?? 'nothing', 'response_format.type', ['text', 'json_object', 'json_schema']);
  if (record?.['type'] !== 'json_schema') return;
  const schema = violations.record(record['json_schema'], 'response_format.json_schema');
  checkFunctionName(violations, schema?.['name'], 'response_format.json_schema.name');
  violations.require(isRecord(schema?.['schema']), 'response_format.json_schema.schema', 'must be a schema');
}
