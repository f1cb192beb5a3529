import { foldStream, type CanonicalResponse, type DialectId, type GatewayErrorData } from '@switchyard/canonical';
import { createSseScanner, dialectById, encodeSse } from '@switchyard/dialects';
import {
  anthropicPayloads,
  frameEvent,
  geminiPayloads,
  openaiChatPayloads,
  responsesPayloads,
  validateAnthropicStream,
  validateGeminiStream,
  validateOpenaiChatStream,
  validateResponsesStream,
  type ReplayDialect,
  type Sample,
} from '@switchyard/testkit';
import type { AttemptOpen } from '@switchyard/wire';

/** A client of a stream: what it asks, and in which words. */
export interface StreamClient {
  readonly name: string;
  readonly open: Pick<AttemptOpen, 'dialect' | 'operation' | 'framing'>;
  readonly request: Readonly<Record<string, unknown>>;
  /** What is wrong with all that it received. */
  validate(text: string): readonly string[];
}

const MESSAGES = [{ role: 'user', content: 'Hi' }];
const USAGE = { stream: true, stream_options: { include_usage: true } };
const WHOLE = { ending: 'answer' } as const;
const GEMINI_REQUEST = { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] };

export const CLIENTS: readonly StreamClient[] = [
  {
    name: 'openai-chat',
    open: { dialect: 'openai-chat', operation: 'chat' },
    request: { model: 'client-model', messages: MESSAGES, ...USAGE },
    validate: (text) => validateOpenaiChatStream(text, WHOLE),
  },
  {
    name: 'openai-completions',
    open: { dialect: 'openai-completions', operation: 'completions' },
    request: { model: 'client-model', prompt: 'Hi', ...USAGE },
    validate: (text) => (text.endsWith('data: [DONE]\n\n') ? [] : ['has no end']),
  },
  {
    name: 'openai-responses',
    open: { dialect: 'openai-responses', operation: 'chat' },
    request: { model: 'client-model', input: 'Hi', stream: true, instructions: 'Be brief.' },
    validate: (text) => validateResponsesStream(text, WHOLE),
  },
  {
    name: 'anthropic-messages',
    open: { dialect: 'anthropic-messages', operation: 'chat' },
    request: { model: 'client-model', max_tokens: 500, messages: MESSAGES, stream: true },
    validate: (text) => validateAnthropicStream(text, WHOLE),
  },
  {
    name: 'gemini',
    open: { dialect: 'gemini', operation: 'chat' },
    request: GEMINI_REQUEST,
    validate: (text) => validateGeminiStream(text, WHOLE),
  },
  {
    name: 'gemini as a JSON array',
    open: { dialect: 'gemini', operation: 'chat', framing: 'json-array' },
    request: GEMINI_REQUEST,
    validate: (text) => validateGeminiStream(asEvents(text), WHOLE),
  },
];

/** An upstream that answers in its own dialect. */
export interface StreamUpstream {
  readonly dialect: ReplayDialect;
  readonly provider: string;
  /** One that goes on with an answer, where the provider has any. */
  readonly model: string;
  readonly canPrefill: boolean;
  payloads(sample: Sample): readonly unknown[];
}

export const UPSTREAMS: readonly StreamUpstream[] = [
  {
    dialect: 'openai-chat',
    provider: 'mistral',
    model: 'mistral-small-latest',
    canPrefill: true,
    payloads: openaiChatPayloads,
  },
  {
    dialect: 'anthropic-messages',
    provider: 'claude',
    model: 'claude-sonnet-4-5',
    canPrefill: true,
    payloads: anthropicPayloads,
  },
  { dialect: 'gemini', provider: 'gemini', model: 'gemini-2.5-flash', canPrefill: true, payloads: geminiPayloads },
  {
    dialect: 'openai-responses',
    provider: 'codex',
    model: 'gpt-5',
    canPrefill: false,
    payloads: responsesPayloads,
  },
];

/** Where each event of a stream ends, in bytes. */
export function boundaries(dialect: ReplayDialect, payloads: readonly unknown[]): readonly number[] {
  let end = 0;
  return payloads.map((payload) => (end += frameEvent(dialect, payload).length));
}

/** All that a client received, read as it would be. */
export interface ReceivedStream {
  readonly response: CanonicalResponse | undefined;
  readonly error: GatewayErrorData | undefined;
  readonly text: string;
  readonly ids: ReadonlySet<unknown>;
  readonly models: ReadonlySet<unknown>;
}

export function readStream(client: StreamClient, received: string): ReceivedStream {
  const { dialect, framing } = client.open;
  const text = framing === 'json-array' ? asEvents(received) : received;
  const scanner = createSseScanner();
  const wire = [...scanner.push(Buffer.from(text)), ...scanner.end()];
  const decoder = dialectById(dialect).createStreamDecoder();
  const { response, error } = foldStream([...wire.flatMap((event) => decoder.next(event)), ...decoder.end()]);
  const values = wire.flatMap(({ data }) => (data === '[DONE]' ? [] : [JSON.parse(data)]));
  return {
    response,
    error,
    text: (response?.choices[0]?.content ?? []).map((block) => (block.type === 'text' ? block.text : '')).join(''),
    ids: new Set(values.flatMap((value) => value.message?.id ?? value.response?.id ?? value.responseId ?? idOf(dialect, value))),
    models: new Set(
      values.flatMap((value) => value.message?.model ?? value.response?.model ?? value.modelVersion ?? value.model ?? []),
    ),
  };
}

function idOf(dialect: DialectId, value: { readonly id?: unknown }): unknown {
  return dialect.startsWith('openai') ? (value.id ?? []) : [];
}

/** The elements of a JSON array as events; a broken array throws. */
function asEvents(text: string): string {
  const elements: unknown[] = JSON.parse(text);
  return elements.map((element) => encodeSse({ data: JSON.stringify(element) })).join('');
}
