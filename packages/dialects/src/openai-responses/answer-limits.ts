import type { AnswerLimits } from '../losses/answer-losses.js';

export const RESPONSE_ANSWERS: AnswerLimits = {
  dialect: 'openai-responses',
  oneChoice: true,
  lacks: [],
  keepsForeignProofs: true,
  tellsStopSequence: false,
  hasRefusals: true,
  cacheWrites: 'together',
  parsesArguments: false,
  vagueFinishes: ['context-window', 'refusal', 'pause', 'other'],
};
