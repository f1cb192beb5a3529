import type { DeclaredField } from './declared-field.js';

export const COMPLETIONS_FIELDS: readonly DeclaredField[] = [
  { field: 'prompt', capability: 'text', sample: { prompt: 'mark' } },
  { field: 'prompt', when: 'several, or token ids', capability: 'completionsOnly', sample: { prompt: ['a', 'b'] } },
  { field: 'suffix', capability: 'completionsOnly', sample: { suffix: 'x' } },
  { field: 'echo', capability: 'completionsOnly', sample: { echo: true } },
  { field: 'logprobs', capability: 'logprobs', sample: { logprobs: 2 } },
  { field: 'best_of', capability: 'completionsOnly', sample: { best_of: 3 } },
  { field: 'temperature', capability: 'temperature', sample: { temperature: 0.25 } },
  { field: 'temperature', when: 'above 1', capability: 'highTemperature', sample: { temperature: 1.5 } },
  { field: 'top_p', capability: 'topP', sample: { top_p: 0.75 } },
  { field: 'max_tokens', capability: 'maxOutputTokens', sample: { max_tokens: 777 } },
  { field: 'max_tokens', when: 'below 16', capability: 'lowCeiling', sample: { max_tokens: 9 } },
  { field: 'stop', capability: 'stopSequences', sample: { stop: ['END'] } },
  { field: 'stop', when: 'more than five', capability: 'manyStopSequences', sample: { stop: [...'abcdef'] } },
  { field: 'stop', when: 'white space', capability: 'blankStopSequence', sample: { stop: ['\n'] } },
  { field: 'seed', capability: 'seed', sample: { seed: 42 } },
  { field: 'frequency_penalty', capability: 'frequencyPenalty', sample: { frequency_penalty: 0.5 } },
  { field: 'presence_penalty', capability: 'presencePenalty', sample: { presence_penalty: 0.5 } },
  { field: 'n', capability: 'choiceCount', sample: { n: 2 } },
  { field: 'user', capability: 'userId', sample: { user: 'mark-user' } },
  { field: 'logit_bias', capability: 'chatField', sample: { logit_bias: { 50256: -100 } } },
];
