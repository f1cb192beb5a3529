import type { AnswerLimits } from '../losses/answer-losses.js';

export const GEMINI_ANSWERS: AnswerLimits = {
  dialect: 'gemini',
  oneChoice: false,
  lacks: [],
  keepsForeignProofs: false,
  tellsStopSequence: false,
  hasRefusals: false,
  cacheWrites: 'none',
  keepsCallSignatures: true,
  steps: { 'web-search': 'dropped', 'web-fetch': 'dropped', 'code-execution': 'carried' },
  parsesArguments: true,
  vagueFinishes: ['context-window', 'refusal', 'pause', 'other'],
};
