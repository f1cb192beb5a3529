import type { AnswerLimits } from '../losses/answer-losses.js';
import { NO_CITATIONS } from '../losses/citation-losses.js';

export const COMPLETION_ANSWERS: AnswerLimits = {
  dialect: 'openai-completions',
  sharesFieldsWith: 'openai-chat',
  oneChoice: false,
  lacks: ['reasoning', 'redacted-reasoning', 'tool-call'],
  keepsForeignProofs: false,
  tellsStopSequence: false,
  hasRefusals: false,
  cacheWrites: 'together',
  keepsCallSignatures: false,
  steps: {},
  parsesArguments: false,
  citations: NO_CITATIONS,
  logprobs: 'tokens',
  vagueFinishes: ['context-window', 'refusal', 'pause', 'other'],
};
