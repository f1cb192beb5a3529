import type { JsonObject } from '../../dialect.js';

// Whole answers of each dialect, around what a field is about.

export function chat(message: JsonObject, choice: JsonObject = {}, body: JsonObject = {}): JsonObject {
  const only = {
    index: 0,
    message: { role: 'assistant', content: 'hi', ...message },
    finish_reason: 'stop',
    ...choice,
  };
  return { id: 'chatcmpl-1', object: 'chat.completion', created: 1, model: 'm', choices: [only], ...body };
}

export function responses(output: readonly JsonObject[], body: JsonObject = {}): JsonObject {
  return { id: 'resp_1', object: 'response', created_at: 1, status: 'completed', model: 'm', output, ...body };
}

export function message(part: JsonObject, more: JsonObject = {}): JsonObject {
  return { type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content: [part], ...more };
}

export const SAID = { type: 'output_text', text: 'mark', annotations: [], logprobs: [] };

export function claude(content: readonly JsonObject[], body: JsonObject = {}): JsonObject {
  const usage = { input_tokens: 9, output_tokens: 1 };
  const ended = { stop_reason: 'end_turn', stop_sequence: null, usage };
  return { id: 'msg_1', type: 'message', role: 'assistant', model: 'm', content, ...ended, ...body };
}

export const TEXT = { type: 'text', text: 'mark' };

export function gemini(parts: readonly JsonObject[], candidate: JsonObject = {}, body: JsonObject = {}): JsonObject {
  const only = { index: 0, content: { role: 'model', parts }, finishReason: 'STOP', ...candidate };
  return { responseId: 'r1', modelVersion: 'm', candidates: [only], ...body };
}

export const PART = { text: 'mark' };
