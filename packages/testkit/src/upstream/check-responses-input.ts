import { lookUp } from '@switchyard/canonical';

import { isArray, isFilledString, isPresent, isRecord, type JsonRecord } from '../json-guards.js';
import type { Violations } from '../violations.js';

/** The fields of the items that are looked into; others are refused. (OpenAI API reference, Create a response, input) */
const ITEM_FIELDS: Readonly<Record<string, readonly string[]>> = {
  message: ['type', 'id', 'role', 'content', 'status', 'phase'],
  reasoning: ['type', 'id', 'summary', 'content', 'encrypted_content', 'status'],
  function_call: ['type', 'id', 'call_id', 'caller', 'namespace', 'name', 'arguments', 'status'],
  function_call_output: ['type', 'id', 'call_id', 'caller', 'name', 'output', 'status'],
  custom_tool_call: ['type', 'id', 'call_id', 'caller', 'namespace', 'name', 'input', 'status'],
  custom_tool_call_output: ['type', 'id', 'call_id', 'caller', 'output', 'status'],
};

const PROMPT_PARTS = ['input_text', 'input_image', 'input_file', 'input_audio'];
const ANSWER_PARTS = ['output_text', 'refusal'];
const OUTPUT_PARTS = ['input_text', 'input_image', 'input_file'];

/** The calls of one kind that an input has made so far, and those of them that wait for their output. */
interface Calls {
  readonly made: Set<string>;
  readonly open: Set<string>;
}

/** Adds what is wrong with a request's conversation: of its items, and of what calls and outputs say of each other. */
export function checkResponsesInput(violations: Violations, request: JsonRecord): void {
  const { input } = request;
  // What the vendor stored comes before the input, and may hold calls that it answers.
  const hasPast = ['previous_response_id', 'conversation', 'prompt'].some((field) => isPresent(request[field]));
  if (typeof input === 'string' || (input === undefined && hasPast)) return;
  const functions: Calls = { made: new Set(), open: new Set() };
  const customs: Calls = { made: new Set(), open: new Set() };
  for (const [index, value] of violations.filledArray(input, 'input').entries()) {
    const path = `input[${index}]`;
    const item = violations.record(value, path);
    if (item === undefined) continue;
    checkItem(violations, item, path);
    const calls = String(item['type']).startsWith('custom_') ? customs : functions;
    if (!hasPast) followCalls(violations, item, { path, calls });
  }
  for (const id of [...functions.open, ...customs.open]) violations.add('input', `no output for the call ${id}`);
}

function followCalls(
  violations: Violations,
  item: JsonRecord,
  { path, calls }: { readonly path: string; readonly calls: Calls },
): void {
  const type = String(item['type']);
  const id = String(item['call_id']);
  if (type === 'function_call' || type === 'custom_tool_call') {
    violations.require(!calls.made.has(id), `${path}.call_id`, `${id} is that of another call`);
    calls.made.add(id);
    calls.open.add(id);
  } else if (type === 'function_call_output' || type === 'custom_tool_call_output') {
    violations.require(calls.open.delete(id), `${path}.call_id`, `${id} is of no earlier call without an output`);
  }
}

function checkItem(violations: Violations, item: JsonRecord, path: string): void {
  const { type = 'message' } = item;
  const known = lookUp(ITEM_FIELDS, typeof type === 'string' ? type : undefined);
  for (const field of known === undefined ? [] : Object.keys(item)) {
    violations.require(known?.includes(field) === true, `${path}.${field}`, 'is no parameter');
  }
  switch (type) {
    case 'message':
      return checkMessage(violations, item, path);
    case 'function_call':
      checkCall(violations, item, path);
      return violations.require(typeof item['arguments'] === 'string', `${path}.arguments`, 'must be JSON text');
    case 'custom_tool_call':
      checkCall(violations, item, path);
      return violations.require(typeof item['input'] === 'string', `${path}.input`, 'must be text');
    case 'function_call_output':
    case 'custom_tool_call_output':
      checkCallId(violations, item['call_id'], `${path}.call_id`);
      return checkContent(violations, item['output'], { path: `${path}.output`, parts: OUTPUT_PARTS, empty: true });
    case 'reasoning':
      violations.require(isArray(item['summary']), `${path}.summary`, 'must be a list');
      return checkParts(violations, item['content'] ?? [], { path: `${path}.content`, parts: ['reasoning_text'] });
    default:
      return violations.require(isFilledString(type), `${path}.type`, 'is required');
  }
}

function checkMessage(violations: Violations, message: JsonRecord, path: string): void {
  const { role, content } = message;
  violations.oneOf(role ?? 'nothing', `${path}.role`, ['user', 'assistant', 'system', 'developer']);
  const parts = role === 'assistant' ? ANSWER_PARTS : PROMPT_PARTS;
  checkContent(violations, content, { path: `${path}.content`, parts });
}

function checkCall(violations: Violations, call: JsonRecord, path: string): void {
  checkCallId(violations, call['call_id'], `${path}.call_id`);
  violations.require(isFilledString(call['name']), `${path}.name`, 'is required');
}

function checkCallId(violations: Violations, id: unknown, path: string): void {
  violations.require(isFilledString(id) && id.length <= 64, path, 'must have 1 to 64 characters');
}

interface ContentRules {
  readonly path: string;
  readonly parts: readonly string[];
  /** Whether there may be no part at all. */
  readonly empty?: boolean;
}

function checkContent(violations: Violations, content: unknown, rules: ContentRules): void {
  if (typeof content === 'string') return;
  if (rules.empty !== true) violations.filledArray(content, rules.path);
  checkParts(violations, content, rules);
}

function checkParts(violations: Violations, value: unknown, { path: place, parts }: ContentRules): void {
  if (!isArray(value)) return violations.add(place, 'must be text or a list');
  for (const [index, part] of value.entries()) {
    const path = `${place}[${index}]`;
    const record = violations.record(part, path);
    if (record === undefined) continue;
    const type = String(record['type']);
    if (parts.includes(type)) checkPart(violations, record, path);
    else violations.add(`${path}.type`, `${type} is not allowed here`);
  }
  return undefined;
}

function checkPart(violations: Violations, part: JsonRecord, path: string): void {
  switch (part['type']) {
    case 'refusal':
      return violations.require(typeof part['refusal'] === 'string', `${path}.refusal`, 'must be text');
    case 'input_image': {
      const url = part['image_url'];
      const isLegal = typeof url === 'string' && /^(https?:\/\/.|data:image\/[\w.+-]+;base64,.)/.test(url);
      const isImage = isFilledString(part['file_id']) || isLegal;
      violations.require(isImage, `${path}.image_url`, 'must be an http(s) URL or a base64 data URL of an image');
      return violations.oneOf(part['detail'], `${path}.detail`, ['auto', 'low', 'high', 'original']);
    }
    case 'input_file': {
      const hasData = isFilledString(part['file_data']) && isFilledString(part['filename']);
      const isFile = hasData || isFilledString(part['file_id']) || isFilledString(part['file_url']);
      return violations.require(isFile, path, 'must have a file_id, a file_url, or file_data with its filename');
    }
    case 'input_audio': {
      const audio = isRecord(part['input_audio']) ? part['input_audio'] : {};
      violations.require(isFilledString(audio['data']), `${path}.input_audio.data`, 'must be base64');
      return violations.oneOf(audio['format'] ?? 'nothing', `${path}.input_audio.format`, ['wav', 'mp3']);
    }
    default:
      return violations.require(typeof part['text'] === 'string', `${path}.text`, 'must be text');
  }
}
