import type { BlockKind, FieldNames } from '../losses/field-names.js';

/** The types of blocks. Those that are not here have the same word. */
const TYPES: Readonly<Record<string, string>> = {
  reasoning: 'thinking',
  'redacted-reasoning': 'redacted_thinking',
  'tool-call': 'tool_use',
  'tool-result': 'tool_result',
};

function whole({ kind, detail }: BlockKind): string {
  return `content[].${kind === 'opaque' ? detail : (TYPES[kind] ?? kind)}`;
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
  properties: { cache: 'cache_control', isError: 'is_error', parameters: 'input_schema' },
  turn: (role) => (role === 'system' ? 'system' : 'messages[]'),
  holder: () => 'content[]',
  whole,
  results: 'content[].content[]',
  tool: { holder: '', opaque: (word) => `tools[].${word}` },
  answer: {
    choice: '',
    message: '',
    stopSequence: 'stop_sequence',
    holder: () => 'content[]',
    whole,
  },
};
