import {
  anthropicBody,
  anthropicPayloads,
  errorAnswer,
  frameEvent,
  geminiBody,
  geminiPayloads,
  openaiChatBody,
  openaiChatPayloads,
  responsesBody,
  responsesPayloads,
  type Answer,
  type RecordedRequest,
  type ReplayDialect,
  type Sample,
} from '@switchyard/testkit';

import { list, object, string } from './read-json.js';

/** What all healthy upstreams say, in these pieces; white space and what JSON has to escape are in it. */
export const PIECES = ['answer-text: Grüße', ' vom 🚀', ' "Server",\nund', ' viel', ' Erfolg', ' dabei.'];
export const WHOLE_TEXT = PIECES.join('');
/** What a healthy upstream says that this costs. */
export const USAGE = { input: 40, output: 30 };

const SAMPLE: Sample = { pieces: PIECES, inputTokens: USAGE.input, outputTokens: USAGE.output };
const CALLS: Sample = {
  ...SAMPLE,
  toolCalls: [{ id: 'call_one', name: 'weather', arguments: '{"city":"Tromsø","days":[1,2,3]}' }],
};

/** A request as it came to an upstream of the wall. */
export interface Asked {
  readonly dialect: ReplayDialect;
  readonly stream: boolean;
  /** What stands at the end of the conversation as said by the assistant already; empty where nothing does. */
  readonly begun: string;
  /** How often this upstream was asked before. */
  readonly before: number;
}

/** What an upstream does. */
export type Behaviour = (asked: Asked) => Answer;

/** The model that a request asks for. */
export function modelOf({ path, json }: RecordedRequest): string {
  return /\/models\/([^/:]+):/.exec(path)?.[1] ?? string(object(json)['model']);
}

export function begunIn({ json }: RecordedRequest): string {
  const body = object(json);
  const last = object([...list(body['messages']), ...list(body['contents']), ...list(body['input'])].at(-1));
  if (last['role'] !== 'assistant' && last['role'] !== 'model') return '';
  const parts =
    typeof last['content'] === 'string' ? [{ text: last['content'] }] : list(last['content'] ?? last['parts']);
  return parts.map((part) => string(object(part)['text'])).join('');
}

const PAYLOADS: Readonly<Record<ReplayDialect, (sample: Sample) => readonly unknown[]>> = {
  'openai-chat': openaiChatPayloads,
  'openai-responses': responsesPayloads,
  'anthropic-messages': anthropicPayloads,
  gemini: geminiPayloads,
};

const BODIES: Readonly<Record<ReplayDialect, (sample: Sample) => Record<string, unknown>>> = {
  'openai-chat': openaiChatBody,
  'openai-responses': responsesBody,
  'anthropic-messages': anthropicBody,
  gemini: geminiBody,
};

function answerOf({ dialect, stream }: Asked, sample: Sample): Answer {
  if (!stream) return { type: 'whole', body: BODIES[dialect](sample) };
  return { type: 'stream', payloads: PAYLOADS[dialect](sample) };
}

/** Says the text, or what is left of it to one whose answer was begun. */
export const healthy: Behaviour = (asked) => saying(asked, {});

/** Answers under another model's name. */
export const underAnotherName: Behaviour = (asked) => saying(asked, { model: 'quite-another-model' });

/** Says something else than the others do. */
export const sayingOtherwise: Behaviour = (asked) =>
  answerOf(asked, { ...SAMPLE, pieces: ['answer-text:', ' something', ' else', ' altogether.'] });

function saying(asked: Asked, more: Sample): Answer {
  const pieces = asked.begun === '' ? PIECES : [WHOLE_TEXT.slice(asked.begun.length)];
  return answerOf(asked, { ...SAMPLE, id: 'of-another', pieces, ...more });
}

/** The first behaviour so many times, then the other. */
export function first(times: number, behaviour: Behaviour, then: Behaviour = healthy): Behaviour {
  return (asked) => (asked.before < times ? behaviour(asked) : then(asked));
}

/** An error status in the words of the dialect. */
export function failing(status: number, headers: Readonly<Record<string, string>> = {}): Behaviour {
  return ({ dialect }) => {
    const own = status === 503 && dialect === 'anthropic-messages' ? 529 : status;
    return errorAnswer(dialect, own, 'no more of this', headers);
  };
}

/** In every other of such spans it is well; in those between, it refuses or resets in turn. */
export function flapping(periodMs: number): Behaviour {
  return (asked) => {
    const isWell = Math.floor(performance.now() / periodMs) % 2 === 0;
    if (isWell) return healthy(asked);
    return asked.before % 2 === 0 ? failing(503)(asked) : resetting(asked);
  };
}

export const resetting: Behaviour = () => ({ type: 'reset' });
export const silent: Behaviour = () => ({ type: 'silence' });

/** Sends headers, and nothing else for so long. */
export function slow(ms: number): Behaviour {
  return (asked) => {
    const answer = answerOf(asked, SAMPLE);
    if (answer.type === 'stream') return { ...answer, firstChunkDelayMs: ms };
    return { type: 'stream', headers: JSON_TYPE, payloads: [bodyBytes(asked)], firstChunkDelayMs: ms };
  };
}

const JSON_TYPE = { 'content-type': 'application/json' };

function bodyBytes({ dialect }: Asked, sample = SAMPLE): Buffer {
  return Buffer.from(JSON.stringify(BODIES[dialect](sample)));
}

/** Ends so in the middle of its text: in a stream behind the third piece, in a whole answer behind half its bytes. */
export function stopping(type: 'cut' | 'end-early' | 'stall'): Behaviour {
  return (asked) => stopped(asked, { type, behind: PIECES[2] ?? '', sample: SAMPLE });
}

/** Ends in the middle of a tool call that follows the text. */
export const cutInCall: Behaviour = (asked) => stopped(asked, { type: 'cut', behind: '{\\"city', sample: CALLS });

interface Stop {
  readonly type: 'cut' | 'end-early' | 'stall';
  readonly behind: string;
  readonly sample: Sample;
}

function stopped(asked: Asked, { type, behind, sample }: Stop): Answer {
  if (!asked.stream) {
    const bytes = bodyBytes(asked, sample);
    const atByte = Math.floor(bytes.length / 2);
    return { type: 'stream', headers: JSON_TYPE, payloads: [bytes], ending: { type, atByte } };
  }
  const payloads = PAYLOADS[asked.dialect](sample);
  const kept = payloads.slice(0, indexBehind(asked, payloads, behind));
  const atByte = Buffer.concat(kept.map((payload) => frameEvent(asked.dialect, payload))).length;
  return { type: 'stream', payloads, ending: { type, atByte } };
}

/** How many payloads there are until the one, and with it, whose text holds this. */
function indexBehind({ dialect }: Asked, payloads: readonly unknown[], text: string): number {
  const escaped = text.startsWith('{') ? text : JSON.stringify(text).slice(1, -1);
  const at = payloads.findIndex((payload) => frameEvent(dialect, payload).includes(escaped));
  return at === -1 && dialect === 'gemini' ? payloads.length - 1 : at + 1;
}

/** A stream whose text is complete, and a whole answer but for its last byte, without what would prove that it is. */
export const unproven: Behaviour = (asked) => {
  if (!asked.stream) return stopped(asked, { type: 'end-early', behind: '', sample: SAMPLE });
  const payloads = PAYLOADS[asked.dialect](SAMPLE);
  return { type: 'stream', payloads: payloads.slice(0, indexBehind(asked, payloads, PIECES.at(-1) ?? '')) };
};

/** What is said in the place of an event: bytes as they are, anything else as an event's data. */
type Interruption = (dialect: ReplayDialect) => unknown;

/** A stream with this before any content, and nothing behind it; a whole answer that is this. */
export function interruptedBefore(interruption: Interruption, whole: Interruption = interruption): Behaviour {
  return (asked) => {
    if (!asked.stream) return { type: 'whole', body: whole(asked.dialect) };
    const payloads = PAYLOADS[asked.dialect](SAMPLE);
    const opening = asked.dialect === 'gemini' ? [] : payloads.slice(0, 1);
    return { type: 'stream', payloads: [...opening, interruption(asked.dialect)] };
  };
}

/** The same behind the third piece of the text. */
export function interruptedAfter(interruption: Interruption, whole: Interruption = interruption): Behaviour {
  return (asked) => {
    if (!asked.stream) return { type: 'whole', body: whole(asked.dialect) };
    const payloads = PAYLOADS[asked.dialect](SAMPLE);
    const begun = payloads.slice(0, indexBehind(asked, payloads, PIECES[2] ?? ''));
    return { type: 'stream', payloads: [...begun, interruption(asked.dialect)] };
  };
}

export const BROKEN_CHUNK: Interruption = () => Buffer.from('data: {"choices":[{"delta":{"conte\n\n');
export const BROKEN_BODY: Interruption = () => '{"id":"half an answer","choices":[{"mess';

/** An error as each dialect writes it into a stream. */
export const ERROR_EVENT: Interruption = (dialect) => {
  const message = 'the engine stopped';
  switch (dialect) {
    case 'openai-chat':
      return { error: { message, type: 'server_error', param: null, code: null } };
    case 'openai-responses':
      return { type: 'error', code: 'server_error', message, param: null, sequence_number: 99 };
    case 'anthropic-messages':
      return { type: 'error', error: { type: 'api_error', message } };
    case 'gemini':
      return { error: { code: 500, message, status: 'INTERNAL' } };
  }
};

/** An error as it comes with status 200 in the place of a whole answer. */
export const ERROR_BODY: Interruption = (dialect) => {
  const error = { code: 'server_error', message: 'the engine stopped' };
  return dialect === 'openai-responses'
    ? { ...responsesBody({ pieces: [] }), status: 'failed', output: [], usage: null, error }
    : ERROR_EVENT(dialect);
};

export const tooLong: Behaviour = ({ dialect }) => {
  const tooManyTokens = 'The input token count (300000) exceeds the maximum number of tokens allowed (100000).';
  switch (dialect) {
    case 'anthropic-messages':
      return errorAnswer(dialect, 400, 'prompt is too long: 300000 tokens > 200000 maximum');
    case 'gemini':
      return errorAnswer(dialect, 400, tooManyTokens);
    default:
      return openaiRefusal('context_length_exceeded', "This model's maximum context length is 8192 tokens.");
  }
};

/** Google says it with status 200. */
export const filtered: Behaviour = ({ dialect, stream }) => {
  switch (dialect) {
    case 'anthropic-messages':
      return errorAnswer(dialect, 400, 'Output blocked by content filtering policy');
    case 'gemini': {
      const blocked = {
        promptFeedback: { blockReason: 'PROHIBITED_CONTENT' },
        usageMetadata: { promptTokenCount: USAGE.input, totalTokenCount: USAGE.input },
        modelVersion: 'upstream-model',
        responseId: 'resp-blocked',
      };
      return stream ? { type: 'stream', payloads: [blocked] } : { type: 'whole', body: blocked };
    }
    default:
      return openaiRefusal('content_policy_violation', 'The request was rejected by our safety system.');
  }
};

/** Takes no answer that was begun for it. */
export const refusingPrefill: Behaviour = (asked) =>
  asked.begun === ''
    ? healthy(asked)
    : errorAnswer(asked.dialect, 400, 'This model does not support assistant message prefill.');

function openaiRefusal(code: string, message: string): Answer {
  return { type: 'whole', status: 400, body: { error: { message, type: 'invalid_request_error', param: null, code } } };
}

/** All the form of an answer, and nothing said. */
export const empty: Behaviour = (asked) => answerOf(asked, { ...SAMPLE, pieces: [], outputTokens: 0 });
/** Not even that. */
export const nothing: Behaviour = () => ({ type: 'whole', body: '' });
