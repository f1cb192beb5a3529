import type { JsonObject } from '../../dialect.js';
import type { DeclaredField } from './declared-field.js';

const PIXEL = { type: 'base64', media_type: 'image/png', data: 'markPIXEL' };

function user(...content: readonly JsonObject[]): JsonObject {
  return { messages: [{ role: 'user', content }] };
}

/** A conversation whose assistant turn begins with these blocks. */
function said(...content: readonly JsonObject[]): JsonObject {
  return {
    messages: [
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: [...content, { type: 'text', text: 'so' }] },
      { role: 'user', content: 'go on' },
    ],
  };
}

const TOOL = {
  name: 'mark_tool',
  description: 'mark of a tool',
  input_schema: { type: 'object', properties: { mark_city: { type: 'string' } } },
};
const CALL = { type: 'tool_use', id: 'mark_call', name: 'mark_tool', input: { city: 'markOslo' } };

const SEARCH = { type: 'web_search_20250305', name: 'web_search' };

function withTool(more: JsonObject, definition: JsonObject = {}): JsonObject {
  return { tools: [{ ...TOOL, ...definition }], ...more };
}

function called(result: JsonObject): JsonObject {
  const answer = { type: 'tool_result', tool_use_id: 'mark_call', ...result };
  return {
    messages: [
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: [CALL] },
      { role: 'user', content: [answer] },
    ],
    ...withTool({}),
  };
}

function document(source: JsonObject, more: JsonObject = {}): JsonObject {
  return user({ type: 'text', text: 'a' }, { type: 'document', source, ...more });
}

const PARAMETERS: readonly DeclaredField[] = [
  { field: 'max_tokens', capability: 'maxOutputTokens', sample: { max_tokens: 777 } },
  { field: 'max_tokens', when: 'below 16', capability: 'lowCeiling', sample: { max_tokens: 9 } },
  { field: 'temperature', capability: 'temperature', sample: { temperature: 0.25 } },
  { field: 'top_p', capability: 'topP', sample: { top_p: 0.75 } },
  { field: 'top_k', capability: 'topK', sample: { top_k: 7 } },
  { field: 'stop_sequences', capability: 'stopSequences', sample: { stop_sequences: ['END'] } },
  {
    field: 'stop_sequences',
    when: 'more than five',
    capability: 'manyStopSequences',
    sample: { stop_sequences: [...'abcdef'] },
  },
  { field: 'thinking', when: '`disabled`', capability: 'reasoningOff', sample: { thinking: { type: 'disabled' } } },
  { field: 'thinking', when: '`adaptive`', capability: 'reasoningAuto', sample: { thinking: { type: 'adaptive' } } },
  {
    field: 'thinking',
    when: '`enabled`, with a budget',
    capability: 'reasoningBudget',
    sample: { max_tokens: 9000, thinking: { type: 'enabled', budget_tokens: 4096 } },
  },
  { field: 'thinking.display', capability: 'own', sample: { thinking: { type: 'disabled', display: 'omitted' } } },
  { field: 'output_config.effort', capability: 'effort', sample: { output_config: { effort: 'high' } } },
  {
    field: 'output_config.format',
    capability: 'jsonSchema',
    sample: {
      output_config: {
        format: { type: 'json_schema', schema: { type: 'object', properties: { mark_city: { type: 'string' } } } },
      },
    },
  },
  {
    field: 'output_config.format.schema',
    when: 'keywords such as `pattern`, references',
    capability: 'jsonSchemaKeywords',
    sample: {
      output_config: {
        format: {
          type: 'json_schema',
          schema: { type: 'object', properties: { city: { type: 'string', pattern: 'mark+' } } },
        },
      },
    },
  },
  {
    field: 'output_config.task_budget',
    capability: 'own',
    sample: { output_config: { task_budget: { type: 'tokens', total: 9 } } },
  },
  { field: 'metadata.user_id', capability: 'userId', sample: { metadata: { user_id: 'mark-user' } } },
  { field: 'service_tier', when: '`auto`', capability: 'serviceTierAuto', sample: { service_tier: 'auto' } },
  {
    field: 'service_tier',
    when: '`standard_only`',
    capability: 'serviceTierStandardOnly',
    sample: { service_tier: 'standard_only' },
  },
  { field: 'cache_control', capability: 'own', sample: { cache_control: { type: 'ephemeral' } } },
  { field: 'container', capability: 'own', sample: { container: 'container_1' } },
  { field: 'context_management', capability: 'own', sample: { context_management: { edits: [{ type: 'x' }] } } },
  { field: 'mcp_servers', capability: 'own', sample: { mcp_servers: [{ type: 'url', url: 'https://example.com' }] } },
  { field: 'inference_geo', capability: 'own', sample: { inference_geo: 'us' } },
];

const CONTENT: readonly DeclaredField[] = [
  { field: 'system', capability: 'instructions', sample: { system: 'mark' } },
  {
    field: 'system[].cache_control',
    capability: 'cacheMark',
    sample: { system: [{ type: 'text', text: 'hi', cache_control: { type: 'ephemeral', ttl: '1h' } }] },
  },
  {
    field: 'messages[].role',
    when: '`system` amid the conversation',
    capability: 'lateInstructions',
    sample: {
      messages: [
        { role: 'user', content: 'hi' },
        { role: 'system', content: 'mark' },
      ],
    },
  },
  { field: 'messages[].content', when: 'a text', capability: 'text', sample: user({ type: 'text', text: 'mark' }) },
  {
    field: 'messages[].content[].cache_control',
    capability: 'cacheMark',
    sample: user({ type: 'text', text: 'hi', cache_control: { type: 'ephemeral' } }),
  },
  {
    field: 'messages[].content[].citations',
    when: 'of a web page',
    capability: 'provenCitation',
    sample: said({
      type: 'text',
      text: 'a',
      citations: [
        {
          type: 'web_search_result_location',
          url: 'https://example.com/mark',
          title: 'mark',
          cited_text: 'mark words',
          encrypted_index: 'mark',
        },
      ],
    }),
  },
  {
    field: 'messages[].content[].citations',
    when: 'of a document',
    capability: 'documentCitation',
    sample: said({
      type: 'text',
      text: 'a',
      citations: [{ type: 'page_location', document_index: 0, start_page_number: 1, end_page_number: 2 }],
    }),
  },
  {
    field: 'messages[].content[].image',
    when: 'a URL',
    capability: 'imageUrl',
    sample: user({ type: 'image', source: { type: 'url', url: 'https://example.com/mark.png' } }),
  },
  {
    field: 'messages[].content[].image',
    when: 'data',
    capability: 'imageData',
    sample: user({ type: 'image', source: PIXEL }),
  },
  {
    field: 'messages[].content[].image',
    when: 'an id',
    capability: 'imageFile',
    sample: user({ type: 'text', text: 'a' }, { type: 'image', source: { type: 'file', file_id: 'mark-file' } }),
  },
  {
    field: 'messages[].content[].document',
    when: 'data',
    capability: 'documentData',
    sample: document({ type: 'base64', media_type: 'application/pdf', data: 'markPDF' }),
  },
  {
    field: 'messages[].content[].document',
    when: 'a URL',
    capability: 'documentUrl',
    sample: document({ type: 'url', url: 'https://example.com/mark.pdf' }),
  },
  {
    field: 'messages[].content[].document',
    when: 'an id',
    capability: 'documentFile',
    sample: document({ type: 'file', file_id: 'mark-file' }),
  },
  {
    field: 'messages[].content[].document',
    when: 'a text',
    capability: 'documentText',
    sample: document({ type: 'text', media_type: 'text/plain', data: 'mark' }),
  },
  {
    field: 'messages[].content[].title',
    when: 'of a document',
    capability: 'documentTitle',
    sample: document({ type: 'base64', media_type: 'application/pdf', data: 'UERG' }, { title: 'mark.pdf' }),
  },
  {
    field: 'messages[].content[].context',
    when: 'of a document',
    capability: 'own',
    sample: document({ type: 'base64', media_type: 'application/pdf', data: 'UERG' }, { context: 'x' }),
  },
  {
    field: 'messages[].content[].thinking',
    capability: 'anthropicReasoning',
    sample: said({ type: 'thinking', thinking: 'mark', signature: 'markSIG' }),
  },
  {
    field: 'messages[].content[].redacted_thinking',
    capability: 'anthropicReasoning',
    sample: said({ type: 'redacted_thinking', data: 'markDATA' }),
  },
  {
    field: 'messages[].content[].*',
    when: 'steps of server tools, and types we do not know',
    capability: 'own',
    sample: said({ type: 'server_tool_use', id: 's1', name: 'web_search', input: { query: 'x' } }),
  },
];

const TOOLS: readonly DeclaredField[] = [
  { field: 'tools[]', capability: 'tool', sample: withTool({}) },
  { field: 'tools[].strict', capability: 'toolStrict', sample: withTool({}, { strict: true }) },
  {
    field: 'tools[].input_schema',
    when: 'keywords such as `pattern`, references',
    capability: 'toolKeywords',
    sample: withTool(
      {},
      { input_schema: { type: 'object', properties: { city: { type: 'string', pattern: 'mark+' } } } },
    ),
  },
  {
    field: 'tools[].cache_control',
    capability: 'cacheMark',
    sample: withTool({}, { cache_control: { type: 'ephemeral' } }),
  },
  { field: 'tools[].defer_loading', capability: 'own', sample: withTool({}, { defer_loading: true }) },
  { field: 'tools[].input_examples', capability: 'own', sample: withTool({}, { input_examples: [{ city: 'Oslo' }] }) },
  {
    field: 'tools[].web_search_*',
    capability: 'webSearchTool',
    sample: { tools: [SEARCH] },
  },
  { field: 'tools[].max_uses', capability: 'webSearchMaxUses', sample: { tools: [{ ...SEARCH, max_uses: 3 }] } },
  {
    field: 'tools[].allowed_domains',
    when: 'of a search',
    capability: 'webSearchAllowedDomains',
    sample: { tools: [{ ...SEARCH, allowed_domains: ['example.com'] }] },
  },
  {
    field: 'tools[].blocked_domains',
    when: 'of a search',
    capability: 'webSearchBlockedDomains',
    sample: { tools: [{ ...SEARCH, blocked_domains: ['example.com'] }] },
  },
  {
    field: 'tools[].user_location',
    when: 'of a search',
    capability: 'webSearchLocation',
    sample: { tools: [{ ...SEARCH, user_location: { type: 'approximate', city: 'markOslo' } }] },
  },
  {
    field: 'tools[].web_fetch_*',
    capability: 'webFetchTool',
    sample: { tools: [{ type: 'web_fetch_20250910', name: 'web_fetch' }] },
  },
  {
    field: 'tools[].code_execution_*',
    capability: 'codeExecutionTool',
    sample: { tools: [{ type: 'code_execution_20250825', name: 'code_execution' }] },
  },
  {
    field: 'tools[].*',
    when: 'other server tools, and types we do not know',
    capability: 'own',
    sample: { tools: [{ type: 'memory_20250818', name: 'memory' }] },
  },
  {
    field: 'tool_choice',
    when: '`tool` of the provider',
    capability: 'webSearchChoice',
    sample: { tools: [SEARCH], tool_choice: { type: 'tool', name: 'web_search' } },
  },
  {
    field: 'tool_choice',
    when: '`auto`',
    capability: 'toolChoice',
    sample: withTool({ tool_choice: { type: 'auto' } }),
  },
  {
    field: 'tool_choice',
    when: '`none`',
    capability: 'toolChoice',
    sample: withTool({ tool_choice: { type: 'none' } }),
  },
  { field: 'tool_choice', when: '`any`', capability: 'toolChoice', sample: withTool({ tool_choice: { type: 'any' } }) },
  {
    field: 'tool_choice',
    when: '`tool`',
    capability: 'toolChoice',
    sample: withTool({ tool_choice: { type: 'tool', name: 'mark_tool' } }),
  },
  {
    field: 'tool_choice',
    when: 'without tools',
    capability: 'toolChoiceWithoutTools',
    sample: { tool_choice: { type: 'any' } },
  },
  {
    field: 'tool_choice.disable_parallel_tool_use',
    capability: 'serialToolCalls',
    sample: withTool({ tool_choice: { type: 'auto', disable_parallel_tool_use: true } }),
  },
  { field: 'messages[].content[].tool_use', capability: 'toolCall', sample: called({ content: 'fine' }) },
  { field: 'messages[].content[].tool_result', capability: 'toolResult', sample: called({ content: 'mark fine' }) },
  {
    field: 'messages[].content[].content[].image',
    capability: 'toolResultImage',
    sample: called({ content: [{ type: 'image', source: PIXEL }] }),
  },
  {
    field: 'messages[].content[].content[].tool_reference',
    capability: 'toolReference',
    sample: called({ content: [{ type: 'tool_reference', tool_name: 'mark_tool' }] }),
  },
  {
    field: 'messages[].content[].content[].*',
    when: 'search results, and types we do not know',
    capability: 'own',
    sample: called({
      content: [
        { type: 'text', text: 'found' },
        { type: 'search_result', source: 'https://example.com', title: 'a', content: [{ type: 'text', text: 'b' }] },
      ],
    }),
  },
  {
    field: 'messages[].content[].is_error',
    capability: 'toolResultError',
    sample: called({ content: 'mark broke', is_error: true }),
  },
];

export const ANTHROPIC_FIELDS: readonly DeclaredField[] = [...PARAMETERS, ...CONTENT, ...TOOLS];
