import {
  validateAnthropicResponse,
  validateAnthropicStream,
  validateGeminiResponse,
  validateGeminiStream,
  validateOpenaiChatResponse,
  validateOpenaiChatStream,
  validateResponsesResponse,
  validateResponsesStream,
  type ReplayDialect,
  type ValidateStreamOptions,
} from '@switchyard/testkit';

import { CLIENT_KEY } from '../call-gateway.js';
import { list, object, parsed, string, type Json } from './read-json.js';

/** A request of a client, in whichever dialect it speaks. */
export interface WallRequest {
  readonly model: string;
  readonly stream: boolean;
  readonly text: string;
  /** The ceiling of the answer; in openai-chat only. */
  readonly maxTokens?: number | undefined;
  /** `CLIENT_KEY` by default. */
  readonly key?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Client {
  path(request: WallRequest): string;
  body(request: WallRequest): Json;
  readonly validateWhole: (body: unknown) => readonly string[];
  readonly validateStream: (text: string, options?: ValidateStreamOptions) => readonly string[];
  /** The code, the type or the status word that the dialect has for an error, whichever there are. */
  errorWords(error: Json): string;
}

const openaiWords = (error: Json): string => [string(error['code']), string(error['type'])].join(' ').trim();

/** How each dialect is spoken, without any of the product's code. */
export const CLIENTS: Readonly<Record<ReplayDialect, Client>> = {
  'openai-chat': {
    path: () => '/v1/chat/completions',
    body: ({ model, stream, text, maxTokens }) => ({
      model,
      messages: [{ role: 'user', content: text }],
      ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
      ...(stream ? { stream, stream_options: { include_usage: true } } : {}),
    }),
    validateWhole: validateOpenaiChatResponse,
    validateStream: validateOpenaiChatStream,
    errorWords: openaiWords,
  },
  'openai-responses': {
    path: () => '/v1/responses',
    body: ({ model, stream, text }) => ({ model, input: text, store: false, ...(stream ? { stream } : {}) }),
    validateWhole: validateResponsesResponse,
    validateStream: validateResponsesStream,
    errorWords: openaiWords,
  },
  'anthropic-messages': {
    path: () => '/v1/messages',
    body: ({ model, stream, text }) => ({
      model,
      max_tokens: 500,
      messages: [{ role: 'user', content: text }],
      ...(stream ? { stream } : {}),
    }),
    validateWhole: validateAnthropicResponse,
    validateStream: validateAnthropicStream,
    errorWords: (error) => string(error['type']),
  },
  gemini: {
    path: ({ model, stream }) =>
      `/v1beta/models/${model}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    body: ({ text }) => ({ contents: [{ role: 'user', parts: [{ text }] }] }),
    validateWhole: validateGeminiResponse,
    validateStream: validateGeminiStream,
    errorWords: (error) =>
      [string(error['status']), ...list(error['details']).map((detail) => string(object(detail)['reason']))]
        .join(' ')
        .trim(),
  },
};

/** Sends a request as a client of the dialect does, and resolves with the answer's headers. */
export function open(url: string, dialect: ReplayDialect, request: WallRequest): Promise<Response> {
  const client = CLIENTS[dialect];
  const { key = CLIENT_KEY, headers, signal } = request;
  return fetch(url + client.path(request), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...keyHeaders(dialect, key), ...headers },
    body: JSON.stringify(client.body(request)),
    signal: signal ?? null,
  });
}

function keyHeaders(dialect: ReplayDialect, key: string): Readonly<Record<string, string>> {
  switch (dialect) {
    case 'anthropic-messages':
      return { 'x-api-key': key, 'anthropic-version': '2023-06-01' };
    case 'gemini':
      return { 'x-goog-api-key': key };
    default:
      return { authorization: `Bearer ${key}` };
  }
}

/** What a client saw of its request. */
export interface Seen {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  /** All texts in order. */
  readonly text: string;
  /** Distinct ones. */
  readonly ids: readonly string[];
  readonly models: readonly string[];
  /** Of each time that the usage of the whole was told. */
  readonly usages: readonly { readonly input: number; readonly output: number }[];
  readonly finish: string;
  /** The words of the error, of a refusal or within the stream; empty where there is none. */
  readonly error: string;
  /** What is wrong with the form of the answer. */
  readonly violations: readonly string[];
}

/** Sends a request and reads the answer to its end. */
export async function ask(url: string, dialect: ReplayDialect, request: WallRequest): Promise<Seen> {
  const response = await open(url, dialect, request);
  const { status, headers } = response;
  return { headers, ...read(dialect, { status, body: await response.text(), stream: request.stream }) };
}

interface Received {
  readonly status: number;
  readonly body: string;
  readonly stream: boolean;
}

function read(dialect: ReplayDialect, { status, body, stream }: Received): Omit<Seen, 'headers'> {
  const client = CLIENTS[dialect];
  if (status !== 200) {
    const error = object(object(parsed(body))['error']);
    const isTold = string(error['message']) !== '';
    return { ...said([]), status, body, error: client.errorWords(error), violations: isTold ? [] : ['has no message'] };
  }
  if (!stream) return { ...said([object(parsed(body))]), status, body, violations: client.validateWhole(parsed(body)) };
  const events = eventsOf(body);
  const failure = events.map(errorOf).find((error) => error !== undefined);
  const error = failure === undefined ? '' : client.errorWords(failure);
  const violations = client.validateStream(body, { ending: failure === undefined ? 'answer' : 'error' });
  return { ...said(events), status, body, error, violations };
}

function eventsOf(body: string): readonly Json[] {
  return body
    .split('\n')
    .filter((line) => line.startsWith('data: ') && line !== 'data: [DONE]')
    .map((line) => object(parsed(line.slice('data: '.length))));
}

/** The error that an event of any dialect tells. */
function errorOf(event: Json): Json | undefined {
  const told = event['error'] ?? object(event['response'])['error'];
  if (told === undefined || told === null) return event['type'] === 'error' ? event : undefined;
  return object(told);
}

function said(values: readonly Json[]): Pick<Seen, 'text' | 'ids' | 'models' | 'usages' | 'finish' | 'error'> {
  const found = values.map((value) => ({
    text: textIn(value),
    id: string(object(value['message'])['id'] ?? object(value['response'])['id'] ?? value['responseId'] ?? idOf(value)),
    model: string(
      object(value['message'])['model'] ??
        object(value['response'])['model'] ??
        value['modelVersion'] ??
        value['model'],
    ),
    usage: usageIn(value),
    finish: finishIn(value),
  }));
  const distinct = (words: readonly string[]): readonly string[] => [...new Set(words.filter((word) => word !== ''))];
  return {
    text: found.map(({ text }) => text).join(''),
    ids: distinct(found.map(({ id }) => id)),
    models: distinct(found.map(({ model }) => model)),
    usages: found.flatMap(({ usage }) => usage ?? []),
    finish: found.map(({ finish }) => finish).join(''),
    error: '',
  };
}

/** Items of Responses have ids of their own, and so have blocks. */
function idOf(value: Json): unknown {
  return value['type'] === undefined || value['type'] === 'message' ? value['id'] : '';
}

/** The text in a chunk, an event or a whole answer of any dialect. */
function textIn(value: Json): string {
  const choice = object(list(value['choices'])[0]);
  const chat = string(object(choice['delta'] ?? choice['message'])['content']);
  const isTextDelta = value['type'] === 'response.output_text.delta';
  const delta = isTextDelta ? string(value['delta']) : string(object(value['delta'])['text']);
  const blocks = list(value['content']).map((block) => string(object(block)['text']));
  const items = list(value['output']).flatMap((item) => list(object(item)['content']));
  const parts = list(object(object(list(value['candidates'])[0])['content'])['parts']);
  return [chat, delta, ...blocks, ...[...items, ...parts].map((part) => string(object(part)['text']))].join('');
}

/** Only where it is final: Messages and Gemini tell it on the way as well. */
function usageIn(value: Json): Seen['usages'][number] | undefined {
  const { usage = object(value['response'])['usage'], usageMetadata } = value;
  const told = object(usage);
  if (typeof told['completion_tokens'] === 'number') {
    return { input: Number(told['prompt_tokens']), output: told['completion_tokens'] };
  }
  if (typeof told['output_tokens'] === 'number' && value['type'] !== 'message_start') {
    return { input: Number(told['input_tokens'] ?? Number.NaN), output: told['output_tokens'] };
  }
  const google = object(usageMetadata);
  if (finishIn(value) === '' || google['promptTokenCount'] === undefined) return undefined;
  const total = Number(google['totalTokenCount']);
  return { input: Number(google['promptTokenCount']), output: total - Number(google['promptTokenCount']) };
}

function finishIn(value: Json): string {
  const choice = object(list(value['choices'])[0]);
  const candidate = object(list(value['candidates'])[0]);
  const response = object(value['response'] ?? (value['object'] === 'response' ? value : {}));
  const status = string(response['status']);
  return string(
    choice['finish_reason'] ??
      candidate['finishReason'] ??
      object(value['promptFeedback'])['blockReason'] ??
      object(value['delta'])['stop_reason'] ??
      value['stop_reason'] ??
      (status === 'in_progress' ? '' : string(object(response['incomplete_details'])['reason']) || status),
  );
}
