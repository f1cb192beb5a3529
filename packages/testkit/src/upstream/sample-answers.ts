import type { ReplayDialect, StreamAnswer, WholeAnswer } from './answer.js';
import { responsesBody, responsesPayloads } from './sample-responses.js';
import { halves, textOf, type Sample } from './sample.js';

const MODEL = 'upstream-model';

/** A short answer of the dialect, whole or, with `stream`, streamed. */
export function sampleAnswer(
  dialect: ReplayDialect,
  sample: Sample & { readonly stream?: boolean } = {},
): WholeAnswer | StreamAnswer {
  const { body, payloads } = SAMPLES[dialect];
  return sample.stream === true
    ? { type: 'stream', payloads: payloads(sample) }
    : { type: 'whole', body: body(sample) };
}

interface SampleMaker {
  readonly body: (sample: Sample) => Record<string, unknown>;
  readonly payloads: (sample: Sample) => readonly unknown[];
}

const SAMPLES: Readonly<Record<ReplayDialect, SampleMaker>> = {
  'openai-chat': { body: openaiChatBody, payloads: openaiChatPayloads },
  'openai-responses': { body: responsesBody, payloads: responsesPayloads },
  'anthropic-messages': { body: anthropicBody, payloads: anthropicPayloads },
  gemini: { body: geminiBody, payloads: geminiPayloads },
};

/** An error in the dialect's own shape, with the type the vendor gives this status. */
export function errorAnswer(
  dialect: ReplayDialect,
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): WholeAnswer {
  const body = ERROR_BODIES[dialect](status, message);
  return { type: 'whole', status, headers, body };
}

const ERROR_BODIES: Readonly<Record<ReplayDialect, (status: number, message: string) => unknown>> = {
  'openai-chat': openaiError,
  'openai-responses': openaiError,
  'anthropic-messages': (status, message) => ({
    type: 'error',
    error: { type: ANTHROPIC_ERROR_TYPES[status] ?? 'api_error', message },
    request_id: 'req_sample',
  }),
  gemini: (status, message) => ({ error: { code: status, message, status: GEMINI_ERROR_WORDS[status] ?? 'INTERNAL' } }),
};

function openaiError(status: number, message: string): unknown {
  return { error: { message, type: OPENAI_ERROR_TYPES[status] ?? 'server_error', param: null, code: null } };
}

const OPENAI_ERROR_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'invalid_request_error',
  403: 'invalid_request_error',
  404: 'invalid_request_error',
  429: 'rate_limit_exceeded',
};

const ANTHROPIC_ERROR_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};

const GEMINI_ERROR_WORDS: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  503: 'UNAVAILABLE',
};

function openaiUsage(sample: Sample): Record<string, unknown> {
  const cached = sample.cachedTokens ?? 0;
  const prompt = (sample.inputTokens ?? 9) + cached;
  const completion = sample.outputTokens ?? 5;
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: cached },
  };
}

function anthropicUsage(sample: Sample): Record<string, unknown> {
  return {
    input_tokens: sample.inputTokens ?? 9,
    cache_read_input_tokens: sample.cachedTokens ?? 0,
    cache_creation_input_tokens: 0,
    output_tokens: sample.outputTokens ?? 5,
  };
}

/** The body of a whole openai-chat answer. */
export function openaiChatBody(sample: Sample = {}): Record<string, unknown> {
  const calls = (sample.toolCalls ?? []).map(({ id, name, arguments: text }) => ({
    id,
    type: 'function',
    function: { name, arguments: text },
  }));
  const content = textOf(sample).join('');
  return {
    id: `chatcmpl-${sample.id ?? 'sample'}`,
    object: 'chat.completion',
    created: 1_700_000_000,
    model: sample.model ?? MODEL,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: content === '' ? null : content,
          refusal: null,
          ...(sample.reasoning === undefined ? {} : { reasoning_content: sample.reasoning.text }),
          ...(calls.length > 0 ? { tool_calls: calls } : {}),
        },
        logprobs: null,
        finish_reason: calls.length > 0 ? 'tool_calls' : 'stop',
      },
    ],
    usage: openaiUsage(sample),
  };
}

/** The payloads of an openai-chat stream with its usage chunk, `[DONE]` included. */
export function openaiChatPayloads(sample: Sample = {}): readonly unknown[] {
  const chunk = (rest: Record<string, unknown>): Record<string, unknown> => ({
    id: `chatcmpl-${sample.id ?? 'sample'}`,
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: sample.model ?? MODEL,
    ...rest,
  });
  const delta = (value: Record<string, unknown>, finishReason: string | null = null): Record<string, unknown> =>
    chunk({ choices: [{ index: 0, delta: value, logprobs: null, finish_reason: finishReason }] });
  const calls = sample.toolCalls ?? [];
  return [
    delta({ role: 'assistant', content: '' }),
    ...halves(sample.reasoning?.text ?? '').map((text) => delta({ reasoning_content: text })),
    ...textOf(sample).map((piece) => delta({ content: piece })),
    ...calls.flatMap((call, index) => [
      delta({ tool_calls: [{ index, id: call.id, type: 'function', function: { name: call.name, arguments: '' } }] }),
      ...halves(call.arguments).map((text) => delta({ tool_calls: [{ index, function: { arguments: text } }] })),
    ]),
    delta({}, calls.length > 0 ? 'tool_calls' : 'stop'),
    chunk({ choices: [], usage: openaiUsage(sample) }),
    '[DONE]',
  ];
}

/** The body of a whole Messages answer. */
export function anthropicBody(sample: Sample = {}): Record<string, unknown> {
  const text = textOf(sample).join('');
  const calls = (sample.toolCalls ?? []).map((call) => {
    const input: unknown = JSON.parse(call.arguments);
    return { type: 'tool_use', id: call.id, name: call.name, input };
  });
  return {
    id: `msg_${sample.id ?? 'sample'}`,
    type: 'message',
    role: 'assistant',
    model: sample.model ?? MODEL,
    content: [...thinkingOf(sample), ...(text === '' ? [] : [{ type: 'text', text }]), ...calls],
    stop_reason: calls.length > 0 ? 'tool_use' : 'end_turn',
    stop_sequence: null,
    usage: anthropicUsage(sample),
  };
}

function thinkingOf({ reasoning }: Sample): readonly unknown[] {
  if (reasoning === undefined) return [];
  return [{ type: 'thinking', thinking: reasoning.text, signature: reasoning.signature }];
}

/** The payloads of a Messages stream. */
export function anthropicPayloads(sample: Sample = {}): readonly unknown[] {
  const usage = anthropicUsage(sample);
  const message = {
    ...anthropicBody({ ...sample, reasoning: undefined, pieces: [], toolCalls: [] }),
    stop_reason: null,
    usage: { ...usage, output_tokens: 1 },
  };
  const called = (sample.toolCalls ?? []).length > 0;
  return [
    { type: 'message_start', message },
    { type: 'ping' },
    ...anthropicBlocks(sample).flatMap(({ start, deltas }, index) => [
      { type: 'content_block_start', index, content_block: start },
      ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
      { type: 'content_block_stop', index },
    ]),
    {
      type: 'message_delta',
      delta: { stop_reason: called ? 'tool_use' : 'end_turn', stop_sequence: null },
      usage: { output_tokens: usage['output_tokens'] },
    },
    { type: 'message_stop' },
  ];
}

interface SampleBlock {
  readonly start: unknown;
  readonly deltas: readonly unknown[];
}

function anthropicBlocks(sample: Sample): readonly SampleBlock[] {
  const { reasoning, toolCalls = [] } = sample;
  const pieces = textOf(sample);
  const thinking = {
    start: { type: 'thinking', thinking: '', signature: '' },
    deltas: [
      ...halves(reasoning?.text ?? '').map((text) => ({ type: 'thinking_delta', thinking: text })),
      { type: 'signature_delta', signature: reasoning?.signature },
    ],
  };
  const text = {
    start: { type: 'text', text: '' },
    deltas: pieces.map((piece) => ({ type: 'text_delta', text: piece })),
  };
  const calls = toolCalls.map((call) => ({
    start: { type: 'tool_use', id: call.id, name: call.name, input: {} },
    deltas: halves(call.arguments).map((part) => ({ type: 'input_json_delta', partial_json: part })),
  }));
  return [...(reasoning === undefined ? [] : [thinking]), ...(pieces.length === 0 ? [] : [text]), ...calls];
}

function geminiUsage(sample: Sample): Record<string, unknown> {
  const cached = sample.cachedTokens ?? 0;
  const prompt = (sample.inputTokens ?? 9) + cached;
  const candidates = sample.outputTokens ?? 5;
  return {
    promptTokenCount: prompt,
    candidatesTokenCount: candidates,
    totalTokenCount: prompt + candidates,
    ...(cached > 0 ? { cachedContentTokenCount: cached } : {}),
  };
}

function geminiParts(sample: Sample): readonly unknown[] {
  const calls = (sample.toolCalls ?? []).map(({ id, name, arguments: text }) => {
    const args: unknown = JSON.parse(text);
    return { functionCall: { id, name, args } };
  });
  const { reasoning } = sample;
  const thought =
    reasoning === undefined ? [] : [{ text: reasoning.text, thought: true, thoughtSignature: reasoning.signature }];
  return [...thought, ...textOf(sample).map((text) => ({ text })), ...calls];
}

function geminiAnswer(sample: Sample, candidate: Record<string, unknown>): Record<string, unknown> {
  return {
    candidates: [{ ...candidate, index: 0 }],
    usageMetadata: geminiUsage(sample),
    modelVersion: sample.model ?? MODEL,
    responseId: `resp-${sample.id ?? 'sample'}`,
  };
}

/** The body of a whole Gemini answer. */
export function geminiBody(sample: Sample = {}): Record<string, unknown> {
  const pieces = sample.pieces === undefined ? undefined : [sample.pieces.join('')];
  const parts = geminiParts(pieces === undefined ? sample : { ...sample, pieces });
  return geminiAnswer(sample, { content: { parts, role: 'model' }, finishReason: 'STOP' });
}

/** The payloads of a Gemini stream; the last one has the finish reason. */
export function geminiPayloads(sample: Sample = {}): readonly unknown[] {
  return [
    ...geminiParts(sample).map((part) => geminiAnswer(sample, { content: { parts: [part], role: 'model' } })),
    geminiAnswer(sample, { content: { parts: [{ text: '' }], role: 'model' }, finishReason: 'STOP' }),
  ];
}
