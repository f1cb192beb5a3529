import type { AnswerLimits } from '../losses/answer-losses.js';
import { RESPONSE_CITATIONS } from './citations.js';

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
  citations: RESPONSE_CITATIONS,
  logprobs: 'tokens',
  vagueFinishes: ['context-window', 'refusal', 'pause', 'other'],
};
