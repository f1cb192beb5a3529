import { assertNever, lookUp, type Finish, type FinishReason } from '@switchyard/canonical';

/** OpenAI's words, and those of compatible vendors beside them. */
const REASONS: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  eos: 'stop',
  end_turn: 'stop',
  stop_sequence: 'stop-sequence',
  length: 'length',
  max_tokens: 'length',
  // Mistral: the context window ended, not the ceiling asked for. (Mistral API reference, finish_reason)
  model_length: 'context-window',
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
  content_filter: 'content-filter',
};

/**
 * A stop after tool calls means that they are to be run: OpenAI says `stop` when the client named the tool, and several
 * vendors always do. (OpenAI guide, "Function calling", edge cases)
 */
export function decodeFinish(raw: string | undefined, hasToolCalls: boolean): Finish {
  const reason = lookUp(REASONS, raw) ?? 'other';
  const isUnclear = reason === 'stop' || reason === 'other';
  return { reason: hasToolCalls && isUnclear ? 'tool-calls' : reason, raw };
}

export type WireFinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter';

export function encodeFinish(reason: FinishReason): WireFinishReason {
  switch (reason) {
    case 'tool-calls':
      return 'tool_calls';
    case 'length':
    case 'context-window':
      return 'length';
    case 'content-filter':
    case 'refusal':
      return 'content_filter';
    case 'stop':
    case 'stop-sequence':
    case 'pause':
    case 'other':
      return 'stop';
    default:
      return assertNever(reason);
  }
}
