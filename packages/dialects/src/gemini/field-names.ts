import { lookUp } from '@switchyard/canonical';

import type { BlockKind, FieldNames } from '../losses/field-names.js';

const PARTS: Readonly<Record<string, string>> = {
  text: 'text',
  reasoning: 'thought',
  'tool-call': 'functionCall',
  'tool-result': 'functionResponse',
};

function whole({ kind, detail }: BlockKind): string {
  if (kind === 'opaque') return `parts[].${detail}`;
  return `parts[].${lookUp(PARTS, kind) ?? (detail === 'url' ? 'fileData' : 'inlineData')}`;
}

function holder(): string {
  return 'parts[]';
}

export const GEMINI_FIELD_NAMES: FieldNames = {
  parameters: {
    messages: 'contents',
    toolChoice: 'toolConfig.functionCallingConfig',
    maxOutputTokens: 'generationConfig.maxOutputTokens',
    temperature: 'generationConfig.temperature',
    topP: 'generationConfig.topP',
    topK: 'generationConfig.topK',
    stopSequences: 'generationConfig.stopSequences',
    seed: 'generationConfig.seed',
    frequencyPenalty: 'generationConfig.frequencyPenalty',
    presencePenalty: 'generationConfig.presencePenalty',
    choiceCount: 'generationConfig.candidateCount',
    logprobs: 'generationConfig.responseLogprobs',
    reasoningEffort: 'generationConfig.thinkingConfig',
    responseFormat: 'generationConfig.responseMimeType',
    'responseFormat.schema': 'generationConfig.responseJsonSchema',
    serviceTier: 'serviceTier',
  },
  properties: {
    'citations.span': 'groundingSupports[].segment',
    'citations.citedText': 'groundingChunks[].retrievedContext.text',
    'logprobs.tokenId': 'chosenCandidates[].tokenId',
    signature: 'thoughtSignature',
    parameters: 'parametersJsonSchema',
    isError: 'functionResponse.response.error',
  },
  turn: (role) => (role === 'system' ? 'systemInstruction' : 'contents[]'),
  holder,
  whole,
  results: 'parts[].functionResponse',
  tool: { holder: 'functionDeclarations[]', opaque: (word) => `tools[].${word}`, options: (word) => `tools[].${word}` },
  answer: {
    choice: 'candidates[]',
    message: 'candidates[].content',
    beside: { citations: 'candidates[].groundingMetadata', logprobs: 'candidates[].logprobsResult' },
    finish: 'candidates[].finishReason',
    holder,
    whole,
  },
};
