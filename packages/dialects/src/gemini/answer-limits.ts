import type { AnswerLimits } from '../losses/answer-losses.js';

export const GEMINI_ANSWERS: AnswerLimits = {
  dialect: 'gemini',
  oneChoice: false,
  lacks: [],
  keepsForeignProofs: false,
  tellsStopSequence: false,
  hasRefusals: false,
  cacheWrites: 'none',
  parsesArguments: true,
  vagueFinishes: ['context-window', 'refusal', 'pause', 'other'],
};
