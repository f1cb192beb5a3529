import type { AnswerLimits } from '../losses/answer-losses.js';
import { MESSAGE_CITATIONS } from './citations.js';

export const MESSAGE_ANSWERS: AnswerLimits = {
  dialect: 'anthropic-messages',
  oneChoice: true,
  lacks: [],
  keepsForeignProofs: false,
  tellsStopSequence: true,
  hasRefusals: false,
  cacheWrites: 'by-lifetime',
  parsesArguments: true,
  citations: MESSAGE_CITATIONS,
  logprobs: 'none',
  vagueFinishes: ['other'],
};
