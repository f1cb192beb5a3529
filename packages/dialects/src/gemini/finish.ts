import { assertNever, lookUp, type Finish, type FinishReason } from '@switchyard/canonical';

/** Google's words; those that are not here are `other`. (Gemini API reference, FinishReason and BlockReason) */
const REASONS: Readonly<Record<string, FinishReason>> = {
  STOP: 'stop',
  MAX_TOKENS: 'length',
  CONTINUATION: 'pause',
  SAFETY: 'content-filter',
  RECITATION: 'content-filter',
  BLOCKLIST: 'content-filter',
  PROHIBITED_CONTENT: 'content-filter',
  SPII: 'content-filter',
  IMAGE_SAFETY: 'content-filter',
  IMAGE_PROHIBITED_CONTENT: 'content-filter',
  IMAGE_RECITATION: 'content-filter',
  MODEL_ARMOR: 'content-filter',
  JAILBREAK: 'content-filter',
};

/** Gemini has no word for tool calls: it stops, and the calls are in the answer. */
export function decodeFinish(raw: string | undefined, hasToolCalls: boolean): Finish {
  const reason = lookUp(REASONS, raw) ?? 'other';
  return { reason: hasToolCalls && reason === 'stop' ? 'tool-calls' : reason, ...(raw === undefined ? {} : { raw }) };
}

/** What a prompt was refused for: no answer was begun, whatever the word. */
export function decodeBlock(raw: string): Finish {
  return { reason: 'content-filter', raw };
}

export function encodeFinish(reason: FinishReason): string {
  switch (reason) {
    case 'stop':
    case 'stop-sequence':
    case 'tool-calls':
    case 'pause':
      return 'STOP';
    case 'length':
    case 'context-window':
      return 'MAX_TOKENS';
    case 'content-filter':
    case 'refusal':
      return 'SAFETY';
    case 'other':
      return 'OTHER';
    default:
      return assertNever(reason);
  }
}
