import type { AnswerLimits } from '../losses/answer-losses.js';

export const MESSAGE_ANSWERS: AnswerLimits = {
  dialect: 'anthropic-messages',
  oneChoice: true,
  lacks: [],
  keepsForeignProofs: false,
  tellsStopSequence: true,
  hasRefusals: false,
  cacheWrites: 'by-lifetime',
  parsesArguments: true,
  vagueFinishes: ['other'],
};
