import { lookUp } from '@switchyard/canonical';

import type { BlockKind, FieldNames } from '../losses/field-names.js';

/** The parts of a message and the items beside messages, by the kinds of their blocks. */
const PARTS: Readonly<Record<string, string>> = {
  text: 'input_text',
  image: 'input_image',
  audio: 'input_audio',
  document: 'input_file',
  refusal: 'refusal',
};
const ITEMS: Readonly<Record<string, string>> = {
  reasoning: 'reasoning',
  'redacted-reasoning': 'reasoning',
  'tool-call': 'function_call',
  'tool-call freeform': 'custom_tool_call',
  'tool-result': 'function_call_output',
  'tool-result freeform': 'custom_tool_call_output',
};

function whole({ kind, detail }: BlockKind): string {
  if (kind === 'opaque') return detail;
  return lookUp(ITEMS, `${kind} ${detail}`) ?? lookUp(ITEMS, kind) ?? `content[].${lookUp(PARTS, kind) ?? kind}`;
}

function holder({ kind }: BlockKind): string {
  return lookUp(PARTS, kind) === undefined ? '' : 'content[]';
}

export const RESPONSES_FIELD_NAMES: FieldNames = {
  parameters: {
    messages: 'input',
    toolChoice: 'tool_choice',
    parallelToolCalls: 'parallel_tool_calls',
    maxOutputTokens: 'max_output_tokens',
    topP: 'top_p',
    logprobs: 'top_logprobs',
    reasoningEffort: 'reasoning.effort',
    reasoningSummary: 'reasoning.summary',
    includeReasoningProof: 'include',
    responseFormat: 'text.format',
    'responseFormat.name': 'text.format.name',
    'responseFormat.description': 'text.format.description',
    'responseFormat.schema': 'text.format.schema',
    userId: 'user',
    serviceTier: 'service_tier',
  },
  properties: {
    allowedDomains: 'filters.allowed_domains',
    userLocation: 'user_location',
    searchContextSize: 'search_context_size',
    cache: 'prompt_cache_breakpoint',
    citations: 'annotations',
    'citations.span': 'start_index',
    title: 'filename',
    freeform: 'custom',
    namespaced: 'namespace',
    signature: 'encrypted_content',
  },
  turn: () => 'input[]',
  holder,
  whole,
  results: 'output[]',
  tool: { holder: '', opaque: (word) => `tools[].${word}`, options: () => 'tools[]' },
  answer: {
    choice: '',
    message: 'output[]',
    finish: 'incomplete_details.reason',
    cacheWrites: 'usage.input_tokens_details.cache_write_tokens',
    holder,
    whole: (kind) => whole(kind).replace('input_text', 'output_text'),
  },
};
