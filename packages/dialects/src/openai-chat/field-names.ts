import { lookUp } from '@switchyard/canonical';

import type { BlockKind, FieldNames } from '../losses/field-names.js';

/** The parts of a message, by the kinds of their blocks. */
const PARTS: Readonly<Record<string, string>> = {
  text: 'text',
  image: 'image_url',
  audio: 'input_audio',
  document: 'file',
};

function whole({ kind, detail }: BlockKind): string {
  if (kind === 'opaque') return `content[].${detail}`;
  if (kind === 'refusal') return 'refusal';
  if (kind === 'reasoning') return 'reasoning_content';
  if (kind === 'tool-call') return 'tool_calls[]';
  return kind === 'tool-result' ? 'content' : `content[].${lookUp(PARTS, kind) ?? kind}`;
}

function holder({ kind }: BlockKind): string {
  if (kind === 'tool-call') return 'tool_calls[]';
  return kind === 'reasoning' || kind === 'tool-result' ? '' : 'content[]';
}

export const CHAT_FIELD_NAMES: FieldNames = {
  parameters: {
    toolChoice: 'tool_choice',
    parallelToolCalls: 'parallel_tool_calls',
    maxOutputTokens: 'max_tokens',
    topP: 'top_p',
    topK: 'top_k',
    stopSequences: 'stop',
    frequencyPenalty: 'frequency_penalty',
    presencePenalty: 'presence_penalty',
    choiceCount: 'n',
    reasoningEffort: 'reasoning_effort',
    responseFormat: 'response_format',
    'responseFormat.name': 'response_format.json_schema.name',
    'responseFormat.description': 'response_format.json_schema.description',
    'responseFormat.schema': 'response_format.json_schema.schema',
    userId: 'user',
    serviceTier: 'service_tier',
  },
  properties: {
    userLocation: 'user_location',
    searchContextSize: 'search_context_size',
    thoughtSignature: 'extra_content.google.thought_signature',
    'citations.span': 'start_index',
    cache: 'cache_control',
    freeform: 'custom',
    detail: 'image_url.detail',
    title: 'file.filename',
    strict: 'function.strict',
    parameters: 'function.parameters',
  },
  turn: () => 'messages[]',
  holder,
  whole,
  results: 'content[]',
  tool: {
    holder: '',
    opaque: (word) => (word === 'web_search_options' ? word : `tools[].${word}`),
    options: (word) => word,
  },
  answer: {
    choice: 'choices[]',
    message: 'choices[].message',
    finish: 'choices[].finish_reason',
    beside: { citations: 'choices[].message.annotations[]', logprobs: 'choices[].logprobs' },
    cacheWrites: 'usage.prompt_tokens_details.cache_write_tokens',
    holder: (kind) => (kind.kind === 'tool-call' ? 'tool_calls[]' : ''),
    whole: (kind) =>
      kind.kind === 'text' || kind.kind === 'refusal' ? kind.kind.replace('text', 'content') : whole(kind),
  },
};
