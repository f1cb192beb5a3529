import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { countWords, promptText, SIMULATED_MODELS, type SimulatedAnswer } from './answer.js';
import { embed } from './embed.js';
import { isObject, type JsonObject } from './json.js';
import { moderate } from './moderate.js';
import { SIMULATOR } from './provider.js';
import { rerank } from './rerank.js';
import { speak } from './speak.js';

export interface SimulatorRequest {
  /** Behind the base URL: one of the provider's `paths`. */
  readonly path: string;
  readonly body: Buffer;
}

/** What an HTTP call to an upstream would have given. */
export interface SimulatorResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Rejects when the signal aborts. */
  readonly body: AsyncIterable<Buffer>;
}

export interface SimulatorClock {
  readonly nowMs: () => number;
  /** Rejects when the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

const PIECE_INTERVAL_MS = 15;
const FAILING_MODEL = 'failing';

const systemClock: SimulatorClock = {
  nowMs: () => Date.now(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
};

/** What is answered at once: by path, the one model that does it, and its answer. Undefined for a malformed request. */
const SURFACES: readonly Surface[] = [
  {
    path: SIMULATOR.paths.embeddings,
    model: 'embedding',
    answer: embed,
    needs: '"input" must be text or a list of texts',
  },
  {
    path: SIMULATOR.paths.moderations,
    model: 'moderation',
    answer: moderate,
    needs: '"input" must be text or a list of texts',
  },
  { path: SIMULATOR.paths.rerank, model: 'reranker', answer: rerank, needs: '"query" and "documents" must be texts' },
  { path: SIMULATOR.paths['audio-speech'], model: 'speech', answer: speak, needs: '"input" must be text' },
];

interface Surface {
  readonly path: string | undefined;
  readonly model: string;
  readonly answer: (request: JsonObject) => JsonObject | Buffer | undefined;
  readonly needs: string;
}

/**
 * The built-in upstream: speaks OpenAI's API as a vendor would, without a network. Its chat models are `echo`,
 * `reasoner`, `tools` and `failing`, and `embedding`, `moderation`, `reranker` and `speech` do what their names say;
 * docs/providers.md says what each answers. A token is a word.
 */
export function respondAsSimulator(
  request: SimulatorRequest,
  signal: AbortSignal,
  clock: SimulatorClock = systemClock,
): SimulatorResponse {
  if (request.path === SIMULATOR.paths.models) return json(200, modelList(), signal);
  const surface = SURFACES.find((candidate) => candidate.path === request.path);
  if (surface === undefined && request.path !== SIMULATOR.paths.chat) {
    return failure({ status: 404, message: `no such path: ${request.path}`, type: 'invalid_request_error' }, signal);
  }
  const parsed = parseObject(request.body);
  if (parsed === undefined) {
    return failure({ status: 400, message: 'the body is not a JSON object', type: 'invalid_request_error' }, signal);
  }
  return surface === undefined
    ? respondToChat({ parsed, body: request.body, clock }, signal)
    : respondToSurface(surface, parsed, signal);
}

function respondToSurface(surface: Surface, parsed: JsonObject, signal: AbortSignal): SimulatorResponse {
  const { model } = parsed;
  if (model === FAILING_MODEL) return overloaded(signal);
  if (model !== surface.model) return unknownModel(model, signal);
  const answer = surface.answer(parsed);
  if (answer === undefined) {
    return failure({ status: 400, message: surface.needs, type: 'invalid_request_error' }, signal);
  }
  if (!Buffer.isBuffer(answer)) return json(200, answer, signal);
  return { status: 200, headers: { 'content-type': 'audio/wav' }, body: whole(answer, signal) };
}

interface ChatCall {
  readonly parsed: JsonObject;
  readonly body: Buffer;
  readonly clock: SimulatorClock;
}

function respondToChat({ parsed, body, clock }: ChatCall, signal: AbortSignal): SimulatorResponse {
  const model = parsed['model'];
  if (model === FAILING_MODEL) return overloaded(signal);
  const answerAs = typeof model === 'string' ? SIMULATED_MODELS.get(model) : undefined;
  if (typeof model !== 'string' || answerAs === undefined) return unknownModel(model, signal);
  if (!Array.isArray(parsed['messages'])) {
    const message = '"messages" must be an array';
    return failure({ status: 400, message, type: 'invalid_request_error', param: 'messages' }, signal);
  }

  const answer = answerAs(parsed);
  const identity = {
    id: `chatcmpl-${createHash('sha256').update(body).digest('hex').slice(0, 24)}`,
    created: Math.floor(clock.nowMs() / 1000),
    model,
  };
  const usage = usageOf(parsed, answer);
  if (parsed['stream'] !== true) return json(200, completion(identity, answer, usage), signal);

  const options = parsed['stream_options'];
  const wantsUsage = isObject(options) && options['include_usage'] === true;
  const frames = chunks(identity, answer, wantsUsage ? usage : undefined);
  return {
    status: 200,
    headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' },
    body: paced(frames, clock, signal),
  };
}

function overloaded(signal: AbortSignal): SimulatorResponse {
  const message = 'the model "failing" is always overloaded';
  return failure({ status: 503, message, type: 'server_error', code: 'overloaded' }, signal);
}

function unknownModel(model: unknown, signal: AbortSignal): SimulatorResponse {
  const message = `the model ${JSON.stringify(model ?? null)} does not exist`;
  const code = 'model_not_found';
  return failure({ status: 404, message, type: 'invalid_request_error', param: 'model', code }, signal);
}

interface Identity {
  readonly id: string;
  readonly created: number;
  readonly model: string;
}

function usageOf(request: JsonObject, answer: SimulatedAnswer): JsonObject {
  const prompt = countWords(promptText(request));
  const reasoning = countWords(answer.reasoning.join(''));
  const said = countWords(answer.content.join('')) + countWords(answer.toolCall?.argumentPieces.join('') ?? '');
  return {
    prompt_tokens: prompt,
    completion_tokens: reasoning + said,
    total_tokens: prompt + reasoning + said,
    completion_tokens_details: { reasoning_tokens: reasoning },
  };
}

function finishReason(answer: SimulatedAnswer): string {
  return answer.toolCall === undefined ? 'stop' : 'tool_calls';
}

function toolCallId(identity: Identity): string {
  return identity.id.replace('chatcmpl-', 'call_');
}

function completion(identity: Identity, answer: SimulatedAnswer, usage: JsonObject): JsonObject {
  const { toolCall } = answer;
  const message = {
    role: 'assistant',
    content: toolCall === undefined ? answer.content.join('') : null,
    reasoning_content: answer.reasoning.length === 0 ? undefined : answer.reasoning.join(''),
    tool_calls: toolCall && [
      {
        id: toolCallId(identity),
        type: 'function',
        function: { name: toolCall.name, arguments: toolCall.argumentPieces.join('') },
      },
    ],
  };
  const choice = { index: 0, message, logprobs: null, finish_reason: finishReason(answer) };
  return { ...identity, object: 'chat.completion', choices: [choice], usage };
}

function* chunks(identity: Identity, answer: SimulatedAnswer, usage: JsonObject | undefined): Generator<JsonObject> {
  const base = { ...identity, object: 'chat.completion.chunk' };
  const chunk = (delta: JsonObject, finish: string | null = null): JsonObject => ({
    ...base,
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
  });
  yield chunk({ role: 'assistant', content: '' });
  for (const piece of answer.reasoning) yield chunk({ reasoning_content: piece });
  for (const piece of answer.content) yield chunk({ content: piece });
  if (answer.toolCall !== undefined) {
    const { name, argumentPieces } = answer.toolCall;
    const opening = { index: 0, id: toolCallId(identity), type: 'function', function: { name, arguments: '' } };
    yield chunk({ tool_calls: [opening] });
    for (const piece of argumentPieces) yield chunk({ tool_calls: [{ index: 0, function: { arguments: piece } }] });
  }
  yield chunk({}, finishReason(answer));
  if (usage !== undefined) yield { ...base, choices: [], usage };
}

async function* paced(
  frames: Iterable<JsonObject>,
  clock: SimulatorClock,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  for (const frame of frames) {
    signal.throwIfAborted();
    yield Buffer.from(`data: ${JSON.stringify(frame)}\n\n`);
    await clock.sleep(PIECE_INTERVAL_MS, signal);
  }
  yield Buffer.from('data: [DONE]\n\n');
}

function modelList(): JsonObject {
  const models = [...SIMULATED_MODELS.keys(), ...SURFACES.map(({ model }) => model), FAILING_MODEL].toSorted();
  return {
    object: 'list',
    data: models.map((id) => ({ id, object: 'model', created: 0, owned_by: SIMULATOR.slug })),
  };
}

interface Failure {
  readonly status: number;
  readonly message: string;
  readonly type: string;
  readonly param?: string;
  readonly code?: string;
}

function failure({ status, message, type, param, code }: Failure, signal: AbortSignal): SimulatorResponse {
  return json(status, { error: { message, type, param: param ?? null, code: code ?? null } }, signal);
}

function json(status: number, value: JsonObject, signal: AbortSignal): SimulatorResponse {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: whole(Buffer.from(JSON.stringify(value)), signal),
  };
}

async function* whole(bytes: Buffer, signal: AbortSignal): AsyncGenerator<Buffer> {
  signal.throwIfAborted();
  yield bytes;
}

function parseObject(body: Buffer): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
