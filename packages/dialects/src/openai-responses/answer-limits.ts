import type { AnswerLimits } from '../losses/answer-losses.js';

export const RESPONSE_ANSWERS: AnswerLimits = {
  dialect: 'openai-responses',
  oneChoice: true,
  lacks: [],
  keepsForeignProofs: true,
  tellsStopSequence: false,
  hasRefusals: true,
  cacheWrites: 'together',
  keepsCallSignatures: false,
  steps: { 'web-search': 'approximated', 'web-fetch': 'dropped', 'code-execution': 'carried' },
  parsesArguments: false,
  vagueFinishes: ['context-window', 'refusal', 'pause', 'other'],
};
