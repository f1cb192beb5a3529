import { lookUp } from '@switchyard/canonical';

import type { BlockKind, FieldNames } from '../losses/field-names.js';

/** The types of blocks. Those that are not here have the same word. */
const TYPES: Readonly<Record<string, string>> = {
  reasoning: 'thinking',
  'redacted-reasoning': 'redacted_thinking',
  'tool-call': 'tool_use',
  'tool-result': 'tool_result',
};

function typeOf({ kind, detail }: BlockKind): string {
  return kind === 'opaque' ? detail : (lookUp(TYPES, kind) ?? kind);
}

function whole(kind: BlockKind): string {
  return `content[].${typeOf(kind)}`;
}

export const ANTHROPIC_FIELD_NAMES: FieldNames = {
  parameters: {
    toolChoice: 'tool_choice',
    parallelToolCalls: 'tool_choice.disable_parallel_tool_use',
    maxOutputTokens: 'max_tokens',
    topP: 'top_p',
    topK: 'top_k',
    stopSequences: 'stop_sequences',
    reasoningEffort: 'thinking',
    responseFormat: 'output_config.format',
    'responseFormat.schema': 'output_config.format.schema',
    userId: 'metadata.user_id',
    serviceTier: 'service_tier',
  },
  properties: {
    allowedDomains: 'allowed_domains',
    blockedDomains: 'blocked_domains',
    cache: 'cache_control',
    'citations.citedText': 'cited_text',
    isError: 'is_error',
    maxUses: 'max_uses',
    parameters: 'input_schema',
    userLocation: 'user_location',
  },
  turn: (role) => (role === 'system' ? 'system[]' : 'messages[]'),
  holder: (_kind, role) => (role === 'system' ? '' : 'content[]'),
  whole: (kind, role) => (role === 'system' ? typeOf(kind) : whole(kind)),
  results: 'content[].content[]',
  tool: { holder: '', opaque: (word) => `tools[].${word}`, options: () => 'tools[]' },
  answer: {
    choice: '',
    message: '',
    finish: 'stop_reason',
    stopSequence: 'stop_sequence',
    cacheWrites: 'usage.cache_creation',
    holder: () => 'content[]',
    whole,
  },
};
