import type { AnswerLimits } from '../losses/answer-losses.js';

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
  vagueFinishes: ['context-window', 'refusal', 'pause', 'other'],
};
