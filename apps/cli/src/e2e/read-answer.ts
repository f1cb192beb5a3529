import type { DialectId } from '@switchyard/canonical';

/**
 * What an answer says, whichever dialect it is written in and whether it was streamed. Read here without any of the
 * product's decoders, so that a decoder and an encoder that err alike are found out.
 */
export interface ReadAnswer {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly ReadCall[];
  readonly finish: string;
  /** Tokens: `input` with the cached ones, `output` with the reasoning. */
  readonly usage: { readonly input: number; readonly cacheRead: number; readonly output: number } | undefined;
}

interface ReadCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: unknown;
}

type Json = Readonly<Record<string, unknown>>;

/** Reads a whole answer, or the payloads of a streamed one without `[DONE]`. */
export function readAnswer(dialect: DialectId, payloads: readonly string[]): ReadAnswer {
  const values = payloads.map((payload) => object(JSON.parse(payload)));
  return dialect === 'openai-chat' ? readOpenai(values) : readAnthropic(values);
}

/** The data of each event in the bytes of a stream, without `[DONE]`. */
export function eventData(text: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('data: ') && line !== 'data: [DONE]')
    .map((line) => line.slice('data: '.length));
}

const FINISHES: Readonly<Record<string, string>> = {
  stop: 'stop',
  end_turn: 'stop',
  stop_sequence: 'stop',
  pause_turn: 'stop',
  length: 'length',
  max_tokens: 'length',
  tool_calls: 'calls',
  tool_use: 'calls',
  content_filter: 'filter',
  refusal: 'filter',
};

function finishOf(word: unknown): string | undefined {
  return typeof word === 'string' ? (FINISHES[word] ?? word) : undefined;
}

function readOpenai(chunks: readonly Json[]): ReadAnswer {
  let [text, reasoning, finish] = ['', '', 'none'];
  let usage: Json | undefined;
  const calls: { id: string; name: string; json: string }[] = [];
  for (const chunk of chunks) {
    const choice = object(list(chunk['choices'])[0]);
    const said = object(choice['delta'] ?? choice['message']);
    text += partsOf(said['content'], 'text');
    reasoning += string(said['reasoning_content'] ?? said['reasoning']) + partsOf(said['content'], 'thinking');
    for (const [place, call] of list(said['tool_calls']).map(object).entries()) {
      const known = (calls[Number(call['index'] ?? place)] ??= { id: '', name: '', json: '' });
      known.id ||= string(call['id']);
      known.name ||= string(object(call['function'])['name']);
      known.json += string(object(call['function'])['arguments']);
    }
    finish = finishOf(choice['finish_reason']) ?? finish;
    const told = object(chunk['usage'] ?? object(chunk['x_groq'])['usage']);
    if (told['prompt_tokens'] !== undefined) usage = told;
  }
  // Several vendors say `stop` after tool calls; clients of either dialect act on the word.
  if (calls.length > 0 && finish === 'stop') finish = 'calls';
  return { text, reasoning, calls: calls.map(parseCall), finish, usage: usage && openaiUsage(usage) };
}

function partsOf(content: unknown, type: 'text' | 'thinking'): string {
  if (typeof content === 'string') return type === 'text' ? content : '';
  const parts = list(content).map(object);
  return parts
    .filter((part) => part['type'] === type)
    .map((part) => string(part['text']) + partsOf(part['thinking'], 'text'))
    .join('');
}

/** The total tells the output whether or not the vendor counts reasoning into `completion_tokens`. */
function openaiUsage(usage: Json): ReadAnswer['usage'] {
  const details = object(usage['prompt_tokens_details']);
  const input = number(usage['prompt_tokens']);
  const cacheRead = number(details['cached_tokens'] ?? usage['cached_tokens']);
  return { input, cacheRead, output: number(usage['total_tokens']) - input };
}

function readAnthropic(events: readonly Json[]): ReadAnswer {
  const [first] = events;
  if (first !== undefined && events.length === 1) return readMessage(first, list(first['content']).map(object));
  const blocks: Json[] = [];
  let message: Json = {};
  let usage: Json = {};
  const json: string[] = [];
  for (const event of events) {
    const told = object(event['usage'] ?? object(event['message'])['usage']);
    usage = { ...usage, ...Object.fromEntries(Object.entries(told).filter(([, value]) => value !== null)) };
    const index = number(event['index']);
    if (event['type'] === 'content_block_start') blocks[index] = object(event['content_block']);
    if (event['type'] === 'message_delta') message = object(event['delta']);
    const { text, thinking, partial_json: piece } = object(event['delta']);
    const block = object(blocks[index]);
    if (typeof text === 'string') blocks[index] = { ...block, text: string(block['text']) + text };
    if (typeof thinking === 'string') blocks[index] = { ...block, thinking: string(block['thinking']) + thinking };
    if (typeof piece === 'string') json[index] = (json[index] ?? '') + piece;
  }
  const whole = blocks.map((block, index) => {
    return json[index] ? { ...block, input: JSON.parse(json[index]) } : block;
  });
  return readMessage({ ...message, usage }, whole);
}

function readMessage(message: Json, blocks: readonly Json[]): ReadAnswer {
  const textsOf = (type: 'text' | 'thinking'): string =>
    blocks
      .filter((block) => block['type'] === type)
      .map((block) => string(block[type]))
      .join('');
  const calls = blocks
    .filter((block) => block['type'] === 'tool_use')
    .map((block) => ({ id: string(block['id']), name: string(block['name']), arguments: block['input'] }));
  const usage = object(message['usage']);
  const cacheRead = number(usage['cache_read_input_tokens']);
  const input = number(usage['input_tokens']) + number(usage['cache_creation_input_tokens']) + cacheRead;
  return {
    text: textsOf('text'),
    reasoning: textsOf('thinking'),
    calls,
    finish: finishOf(message['stop_reason']) ?? 'none',
    usage: { input, cacheRead, output: number(usage['output_tokens']) },
  };
}

function parseCall({ id, name, json }: { id: string; name: string; json: string }): ReadCall {
  return { id, name, arguments: JSON.parse(json || '{}') };
}

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function string(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function number(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
