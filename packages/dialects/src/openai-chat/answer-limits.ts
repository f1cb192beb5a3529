import type { AnswerLimits } from '../losses/answer-losses.js';
import { CHAT_CITATIONS } from './citations.js';

export const CHAT_ANSWERS: AnswerLimits = {
  dialect: 'openai-chat',
  oneChoice: false,
  lacks: ['redacted-reasoning'],
  keepsForeignProofs: false,
  tellsStopSequence: false,
  hasRefusals: true,
  cacheWrites: 'together',
  keepsCallSignatures: true,
  steps: {},
  parsesArguments: false,
  citations: CHAT_CITATIONS,
  logprobs: 'tokens',
  vagueFinishes: ['context-window', 'refusal', 'pause', 'other'],
};
