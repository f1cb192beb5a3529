import type { AnswerLimits } from '../losses/answer-losses.js';
import { MESSAGE_CITATIONS } from './citations.js';

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
  citations: MESSAGE_CITATIONS,
  logprobs: 'none',
  vagueFinishes: ['other'],
};
