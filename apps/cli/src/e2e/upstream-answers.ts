import { type TwoDialectId } from './two-dialects.js';
import type { Answer } from '@switchyard/testkit';

export interface OpenaiSaying {
  readonly content?: string | null;
  readonly reasoning?: string;
  readonly refusal?: string;
  readonly finish?: string;
  readonly usage?: Readonly<Record<string, unknown>>;
}

type Block = Readonly<Record<string, unknown>> & { readonly type: string };

export interface AnthropicSaying {
  readonly blocks?: readonly Block[];
  readonly stop?: string;
  readonly stopSequence?: string;
  readonly usage?: Readonly<Record<string, unknown>>;
}

/** What a provider says, in the words of its own dialect. */
export type UpstreamSaying =
  | ({ readonly dialect: 'openai-chat' } & OpenaiSaying)
  | ({ readonly dialect: 'anthropic-messages' } & AnthropicSaying);

/** The same saying as a whole answer or as a stream. */
export function upstreamAnswer(saying: UpstreamSaying, stream: boolean): Answer {
  if (saying.dialect === 'openai-chat') return stream ? openaiStream(saying) : openaiWhole(saying);
  return stream ? anthropicStream(saying) : anthropicWhole(saying);
}

const USAGE: Readonly<Record<TwoDialectId, Readonly<Record<string, unknown>>>> = {
  'openai-chat': { prompt_tokens: 9, completion_tokens: 5, total_tokens: 14 },
  'anthropic-messages': { input_tokens: 9, output_tokens: 5 },
};

const COMPLETION = { id: 'chatcmpl-1', created: 1_700_000_000, model: 'm' };
const MESSAGE = { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-sonnet-4-5' };

function openaiWhole(saying: OpenaiSaying): Answer {
  const { content = 'Hello.', reasoning, refusal = null, finish = 'stop', usage = USAGE['openai-chat'] } = saying;
  const message = { role: 'assistant', content, refusal, reasoning_content: reasoning };
  const choices = [{ index: 0, message, logprobs: null, finish_reason: finish }];
  return { type: 'whole', body: { ...COMPLETION, object: 'chat.completion', choices, usage } };
}

function openaiStream(saying: OpenaiSaying): Answer {
  const { content = 'Hello.', reasoning = '', refusal = '', finish = 'stop', usage = USAGE['openai-chat'] } = saying;
  const head = { ...COMPLETION, object: 'chat.completion.chunk' };
  const delta = (value: unknown, reason: string | null = null): unknown => ({
    ...head,
    choices: [{ index: 0, delta: value, logprobs: null, finish_reason: reason }],
  });
  const payloads = [
    delta({ role: 'assistant', content: '' }),
    ...pieces(reasoning).map((piece) => delta({ reasoning_content: piece })),
    ...pieces(content ?? '').map((piece) => delta({ content: piece })),
    ...pieces(refusal).map((piece) => delta({ refusal: piece })),
    delta({}, finish),
    { ...head, choices: [], usage },
    '[DONE]',
  ];
  return { type: 'stream', payloads };
}

const HELLO: readonly Block[] = [{ type: 'text', text: 'Hello.' }];

function anthropicWhole(saying: AnthropicSaying): Answer {
  const { blocks = HELLO, stop = 'end_turn', stopSequence = null, usage = USAGE['anthropic-messages'] } = saying;
  return {
    type: 'whole',
    body: { ...MESSAGE, content: blocks, stop_reason: stop, stop_sequence: stopSequence, usage },
  };
}

function anthropicStream(saying: AnthropicSaying): Answer {
  const { blocks = HELLO, stop = 'end_turn', stopSequence = null, usage = USAGE['anthropic-messages'] } = saying;
  const message = {
    ...MESSAGE,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { ...usage, output_tokens: 1 },
  };
  const payloads = [
    { type: 'message_start', message },
    ...blocks.flatMap(blockEvents),
    { type: 'message_delta', delta: { stop_reason: stop, stop_sequence: stopSequence }, usage },
    { type: 'message_stop' },
  ];
  return { type: 'stream', payloads };
}

function blockEvents(block: Block, index: number): readonly unknown[] {
  const delta = (value: unknown): unknown => ({ type: 'content_block_delta', index, delta: value });
  const { opened, deltas } = openedBlock(block);
  return [
    { type: 'content_block_start', index, content_block: opened },
    ...deltas.map(delta),
    { type: 'content_block_stop', index },
  ];
}

/** A block as it is opened, and what it is filled with. */
function openedBlock(block: Block): { readonly opened: unknown; readonly deltas: readonly unknown[] } {
  switch (block.type) {
    case 'text':
      return {
        opened: { ...block, text: '' },
        deltas: pieces(String(block['text'])).map((text) => ({ type: 'text_delta', text })),
      };
    case 'thinking':
      return {
        opened: { ...block, thinking: '', signature: '' },
        deltas: [
          ...pieces(String(block['thinking'])).map((thinking) => ({ type: 'thinking_delta', thinking })),
          { type: 'signature_delta', signature: block['signature'] },
        ],
      };
    default:
      return { opened: block, deltas: [] };
  }
}

/** A text in pieces of a few characters. */
function pieces(text: string): readonly string[] {
  return text.match(/[^]{1,5}/gu) ?? [];
}
