import type { AnswerLimits } from '../losses/answer-losses.js';
import { GEMINI_CITATIONS } from './citations.js';

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
  citations: GEMINI_CITATIONS,
  logprobs: 'numbers',
  vagueFinishes: ['context-window', 'refusal', 'pause', 'other'],
};
