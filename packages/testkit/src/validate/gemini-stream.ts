import { isArray, isFilledString, isPresent, parseJson, type JsonRecord } from '../json-guards.js';
import { Violations } from '../violations.js';
import {
  checkGeminiContent,
  checkGeminiHead,
  checkGeminiUsage,
  GEMINI_FINISH_REASONS,
  isBlockedPrompt,
} from './gemini-response.js';
import { splitFrames, type Frame } from './split-frames.js';
import { checkEnding, type ValidateStreamOptions } from './stream-ending.js';

interface StreamState {
  readonly violations: Violations;
  /** By index of the candidate, whether it has finished. */
  readonly candidates: Map<unknown, boolean>;
  /** What has to stay the same from chunk to chunk, from the first one. */
  identity: JsonRecord | undefined;
  failed: boolean;
  /** Whether the prompt was refused, which is all that there is to say. */
  blocked: boolean;
}

/**
 * What is wrong with the bytes of a Gemini stream (`alt=sse`) as a client received them. There is no terminal event: the
 * stream is whole when every candidate has its finish reason.
 */
export function validateGeminiStream(text: string, options: ValidateStreamOptions = {}): readonly string[] {
  const violations = new Violations();
  const state: StreamState = { violations, candidates: new Map(), identity: undefined, failed: false, blocked: false };
  for (const frame of splitFrames(text, violations)) takeFrame(state, frame);
  const finishes = [...state.candidates.values()];
  const isWhole = state.blocked || (finishes.length > 0 && finishes.every(Boolean));
  checkEnding(violations, state.failed ? 'error' : isWhole ? 'answer' : undefined, options);
  return violations.list;
}

function takeFrame(state: StreamState, { path, event, data }: Frame): void {
  const { violations } = state;
  violations.require(!state.failed, path, 'comes after the error');
  violations.require(event === undefined, path, 'must not be named');
  const chunk = violations.record(parseJson(data), path);
  if (chunk === undefined) return;
  if (isPresent(chunk['error'])) {
    checkGeminiError(violations, chunk['error'], `${path}.error`);
    state.failed = true;
    return;
  }
  checkGeminiHead(violations, chunk, path);
  state.identity ??= chunk;
  for (const field of ['modelVersion', 'responseId']) {
    violations.require(chunk[field] === state.identity[field], `${path}.${field}`, 'must stay the same');
  }
  if (isPresent(chunk['usageMetadata'])) checkGeminiUsage(violations, chunk['usageMetadata'], `${path}.usageMetadata`);
  if (isBlockedPrompt(chunk)) {
    state.blocked = true;
    return;
  }
  const candidates = chunk['candidates'];
  if (!isArray(candidates)) return violations.add(`${path}.candidates`, 'must be a list');
  for (const [place, value] of candidates.entries()) {
    const candidate = violations.record(value, `${path}.candidates[${place}]`);
    if (candidate !== undefined) takeCandidate(state, candidate, `${path}.candidates[${place}]`);
  }
}

function takeCandidate(state: StreamState, candidate: JsonRecord, path: string): void {
  const { violations, candidates } = state;
  const index = candidate['index'];
  violations.require(Number.isInteger(index), `${path}.index`, 'is required');
  violations.require(candidates.get(index) !== true, path, 'comes after the finish of its candidate');
  checkGeminiContent(violations, candidate, path);
  const reason = candidate['finishReason'];
  violations.oneOf(reason, `${path}.finishReason`, GEMINI_FINISH_REASONS);
  candidates.set(index, isPresent(reason));
}

/** The `error` of an error body or chunk. */
export function checkGeminiError(violations: Violations, value: unknown, path: string): void {
  const error = violations.record(value, path);
  violations.require(Number.isInteger(error?.['code']), `${path}.code`, 'must be a status');
  violations.require(isFilledString(error?.['message']), `${path}.message`, 'is required');
  violations.require(/^[A-Z_]+$/.test(String(error?.['status'])), `${path}.status`, 'must be a status word');
}
