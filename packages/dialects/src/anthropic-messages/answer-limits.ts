import type { AnswerLimits } from '../losses/answer-losses.js';

export const MESSAGE_ANSWERS: AnswerLimits = {
  dialect: 'anthropic-messages',
  oneChoice: true,
  lacks: [],
  keepsForeignProofs: true,
  tellsStopSequence: true,
  hasRefusals: false,
  cacheWrites: 'by-lifetime',
  keepsCallSignatures: false,
  steps: { 'web-search': 'carried', 'web-fetch': 'dropped', 'code-execution': 'carried' },
  parsesArguments: true,
  vagueFinishes: ['other'],
};
