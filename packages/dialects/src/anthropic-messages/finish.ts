import { lookUp, type Finish, type FinishReason } from '@switchyard/canonical';

const REASONS: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  max_tokens: 'length',
  stop_sequence: 'stop-sequence',
  tool_use: 'tool-calls',
  pause_turn: 'pause',
  refusal: 'refusal',
  model_context_window_exceeded: 'context-window',
};

/** Anthropic's `stop_reason` and `stop_sequence`; a word we do not know is kept as `raw`. */
export function decodeFinish(stopReason: string | undefined, stopSequence: string | undefined): Finish {
  const reason = lookUp(REASONS, stopReason);
  return {
    reason: reason ?? 'other',
    ...(stopReason === undefined ? {} : { raw: stopReason }),
    ...(stopSequence === undefined ? {} : { stopSequence }),
  };
}

/** What the answer held, as far as it decides the stop reason. */
export interface AnswerContents {
  readonly toolCalls: boolean;
  readonly refusal: boolean;
}

export interface StopReason {
  readonly stop_reason: string;
  readonly stop_sequence: string | null;
}

/** The `stop_reason` for a client. */
export function encodeFinish(finish: Finish, contents: AnswerContents): StopReason {
  return { stop_reason: stopReason(finish.reason, contents), stop_sequence: finish.stopSequence ?? null };
}

function stopReason(reason: FinishReason, contents: AnswerContents): string {
  switch (reason) {
    case 'stop':
    case 'other':
      // Clients run tools only on `tool_use`; some OpenAI-compatible upstreams say "stop" with tool calls in the answer.
      if (contents.toolCalls) return 'tool_use';
      return contents.refusal ? 'refusal' : 'end_turn';
    case 'stop-sequence':
      return 'stop_sequence';
    case 'length':
      return 'max_tokens';
    case 'context-window':
      return 'model_context_window_exceeded';
    case 'tool-calls':
      return 'tool_use';
    case 'content-filter':
    case 'refusal':
      return 'refusal';
    case 'pause':
      return 'pause_turn';
  }
}
