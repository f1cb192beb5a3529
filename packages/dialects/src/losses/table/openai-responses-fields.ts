import type { JsonObject } from '../../dialect.js';
import type { DeclaredField } from './declared-field.js';

const PIXEL = 'data:image/png;base64,markPIXEL';

function user(...content: readonly JsonObject[]): JsonObject {
  return { input: [{ role: 'user', content }] };
}

/** A conversation with these items between a question and another. */
function amid(...items: readonly JsonObject[]): JsonObject {
  return { input: [{ role: 'user', content: 'hi' }, ...items, { role: 'user', content: 'go on' }] };
}

const TOOL = {
  type: 'function',
  name: 'mark_tool',
  description: 'mark of a tool',
  parameters: { type: 'object', properties: { mark_city: { type: 'string' } } },
  strict: false,
};
const CALL = { type: 'function_call', call_id: 'mark_call', name: 'mark_tool', arguments: '{"city":"markOslo"}' };
const PATCH = { type: 'custom', name: 'mark_patch', description: 'mark of a patch' };

function withTool(more: JsonObject, definition: JsonObject = {}): JsonObject {
  return { tools: [{ ...TOOL, ...definition }], ...more };
}

function called(output: unknown): JsonObject {
  return { ...amid(CALL, { type: 'function_call_output', call_id: 'mark_call', output }), ...withTool({}) };
}

function jsonSchema(more: JsonObject): JsonObject {
  return { text: { format: { type: 'json_schema', schema: { type: 'object' }, ...more } } };
}

const PARAMETERS: readonly DeclaredField[] = [
  { field: 'temperature', capability: 'temperature', sample: { temperature: 0.25 } },
  { field: 'temperature', when: 'above 1', capability: 'highTemperature', sample: { temperature: 1.5 } },
  { field: 'top_p', capability: 'topP', sample: { top_p: 0.75 } },
  { field: 'top_logprobs', capability: 'logprobs', sample: { top_logprobs: 3 } },
  { field: 'max_output_tokens', capability: 'maxOutputTokens', sample: { max_output_tokens: 777 } },
  { field: 'reasoning.effort', capability: 'effort', sample: { reasoning: { effort: 'high' } } },
  { field: 'reasoning.effort', when: '`none`', capability: 'reasoningOff', sample: { reasoning: { effort: 'none' } } },
  {
    field: 'reasoning.effort',
    when: '`minimal`',
    capability: 'effortMinimal',
    sample: { reasoning: { effort: 'minimal' } },
  },
  { field: 'reasoning.effort', when: '`xhigh`', capability: 'effortXhigh', sample: { reasoning: { effort: 'xhigh' } } },
  { field: 'reasoning.effort', when: '`max`', capability: 'effortMax', sample: { reasoning: { effort: 'max' } } },
  { field: 'reasoning.summary', capability: 'reasoningSummary', sample: { reasoning: { summary: 'detailed' } } },
  {
    field: 'include',
    when: '`reasoning.encrypted_content`',
    capability: 'reasoningProof',
    sample: { include: ['reasoning.encrypted_content'] },
  },
  {
    field: 'include',
    when: 'anything else',
    capability: 'own',
    sample: { include: ['web_search_call.action.sources'] },
  },
  { field: 'text.format', when: '`text`', capability: 'textFormat', sample: { text: { format: { type: 'text' } } } },
  {
    field: 'text.format',
    when: '`json_object`',
    capability: 'jsonObject',
    sample: { text: { format: { type: 'json_object' } } },
  },
  {
    field: 'text.format',
    when: '`json_schema`',
    capability: 'jsonSchema',
    sample: jsonSchema({ schema: { type: 'object', properties: { mark_city: { type: 'string' } } } }),
  },
  { field: 'text.format.name', capability: 'jsonSchemaName', sample: jsonSchema({ name: 'mark_name' }) },
  {
    field: 'text.format.description',
    capability: 'jsonSchemaDescription',
    sample: jsonSchema({ description: 'mark of a schema' }),
  },
  { field: 'text.format.strict', capability: 'jsonSchemaStrict', sample: jsonSchema({ strict: true }) },
  {
    field: 'text.format.schema',
    when: 'keywords such as `pattern`, references',
    capability: 'jsonSchemaKeywords',
    sample: jsonSchema({ schema: { type: 'object', properties: { city: { type: 'string', pattern: 'mark+' } } } }),
  },
  { field: 'text.verbosity', capability: 'verbosity', sample: { text: { verbosity: 'markLow' } } },
  { field: 'user', capability: 'userId', sample: { user: 'mark-user' } },
  { field: 'safety_identifier', capability: 'safetyIdentifier', sample: { safety_identifier: 'mark-user' } },
  { field: 'metadata.*', capability: 'metadata', sample: { metadata: { run: 'mark' } } },
  { field: 'service_tier', when: '`auto`', capability: 'serviceTierAuto', sample: { service_tier: 'auto' } },
  { field: 'service_tier', when: '`default`', capability: 'serviceTierDefault', sample: { service_tier: 'default' } },
  {
    field: 'service_tier',
    when: '`flex`, `priority`',
    capability: 'serviceTierPaid',
    sample: { service_tier: 'flex' },
  },
  { field: 'prompt_cache_key', capability: 'promptCacheKey', sample: { prompt_cache_key: 'mark-key' } },
  { field: 'prompt_cache_retention', capability: 'promptCacheKey', sample: { prompt_cache_retention: 'mark-24h' } },
  { field: 'store', when: '`false`', capability: 'storeNothing', sample: { store: false } },
  { field: 'store', when: '`true`', capability: 'serverState', sample: { store: true } },
  { field: 'previous_response_id', capability: 'serverState', sample: { previous_response_id: 'mark-resp' } },
  { field: 'conversation', capability: 'serverState', sample: { conversation: 'mark-conv' } },
  { field: 'prompt', capability: 'serverState', sample: { prompt: { id: 'mark-prompt' } } },
  { field: 'background', when: '`true`', capability: 'serverState', sample: { background: true } },
  { field: 'truncation', when: '`auto`', capability: 'own', sample: { truncation: 'auto' } },
  { field: 'max_tool_calls', capability: 'own', sample: { max_tool_calls: 4 } },
  { field: 'context_management', capability: 'own', sample: { context_management: [{ type: 'compaction' }] } },
  { field: 'stream_options', capability: 'own', sample: { stream_options: { include_obfuscation: false } } },
];

const CONTENT: readonly DeclaredField[] = [
  { field: 'instructions', capability: 'instructions', sample: { instructions: 'mark' } },
  { field: 'input', when: 'a text', capability: 'text', sample: { input: 'mark' } },
  { field: 'input[].content[].input_text', capability: 'text', sample: user({ type: 'input_text', text: 'mark' }) },
  {
    field: 'input[].role',
    when: '`system`, `developer` amid the conversation',
    capability: 'lateInstructions',
    sample: amid({ role: 'developer', content: 'mark' }),
  },
  {
    field: 'input[].content[].output_text',
    capability: 'text',
    sample: amid({ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'mark' }] }),
  },
  {
    field: 'input[].content[].refusal',
    capability: 'refusal',
    sample: amid({ type: 'message', role: 'assistant', content: [{ type: 'refusal', refusal: 'mark' }] }),
  },
  {
    field: 'input[].phase',
    capability: 'own',
    sample: amid({
      type: 'message',
      role: 'assistant',
      phase: 'commentary',
      content: [{ type: 'output_text', text: 'mark' }],
    }),
  },
  {
    field: 'input[].content[].annotations',
    capability: 'citation',
    sample: amid({
      type: 'message',
      role: 'assistant',
      content: [
        {
          type: 'output_text',
          text: 'mark',
          annotations: [
            { type: 'url_citation', url: 'https://example.com/mark', title: 'mark', start_index: 0, end_index: 4 },
          ],
        },
      ],
    }),
  },
  {
    field: 'input[].content[].input_image',
    when: 'a URL',
    capability: 'imageUrl',
    sample: user({ type: 'input_image', image_url: 'https://example.com/mark.png' }),
  },
  {
    field: 'input[].content[].input_image',
    when: 'data',
    capability: 'imageData',
    sample: user({ type: 'input_image', image_url: PIXEL }),
  },
  {
    field: 'input[].content[].input_image',
    when: 'an id',
    capability: 'imageFile',
    sample: user({ type: 'input_text', text: 'a' }, { type: 'input_image', file_id: 'mark-file' }),
  },
  {
    field: 'input[].content[].detail',
    capability: 'imageDetail',
    sample: user({ type: 'input_image', image_url: PIXEL, detail: 'high' }),
  },
  {
    field: 'input[].content[].input_audio',
    capability: 'audioData',
    sample: user(
      { type: 'input_text', text: 'a' },
      { type: 'input_audio', input_audio: { data: 'markSOUND', format: 'wav' } },
    ),
  },
  {
    field: 'input[].content[].input_file',
    when: 'data',
    capability: 'documentData',
    sample: user({ type: 'input_file', file_data: 'data:application/pdf;base64,markPDF' }),
  },
  {
    field: 'input[].content[].input_file',
    when: 'a URL',
    capability: 'documentUrl',
    sample: user({ type: 'input_text', text: 'a' }, { type: 'input_file', file_url: 'https://example.com/mark.pdf' }),
  },
  {
    field: 'input[].content[].input_file',
    when: 'an id',
    capability: 'documentFile',
    sample: user({ type: 'input_text', text: 'a' }, { type: 'input_file', file_id: 'mark-file' }),
  },
  {
    field: 'input[].content[].filename',
    capability: 'documentTitle',
    sample: user({ type: 'input_file', file_data: 'data:application/pdf;base64,UERG', filename: 'mark.pdf' }),
  },
  {
    field: 'input[].content[].prompt_cache_breakpoint',
    capability: 'cacheMark',
    sample: user({ type: 'input_text', text: 'hi', prompt_cache_breakpoint: { mode: 'explicit' } }),
  },
  {
    field: 'input[].reasoning',
    capability: 'openaiReasoning',
    sample: amid(
      { type: 'reasoning', summary: [{ type: 'summary_text', text: 'mark' }], encrypted_content: 'markENC' },
      { role: 'assistant', content: 'yes' },
    ),
  },
  {
    field: 'input[].*',
    when: 'items of server tools, and types we do not know',
    capability: 'own',
    sample: amid({ type: 'web_search_call', id: 'ws_1', status: 'completed' }, { role: 'assistant', content: 'yes' }),
  },
  {
    field: 'input[]',
    when: '`item_reference`',
    capability: 'serverState',
    sample: { input: [{ type: 'item_reference', id: 'mark-item' }] },
  },
];

const TOOLS: readonly DeclaredField[] = [
  { field: 'tools[]', when: '`function`', capability: 'tool', sample: withTool({}) },
  { field: 'tools[].strict', capability: 'toolStrict', sample: withTool({}, { strict: true }) },
  {
    field: 'tools[].parameters',
    when: 'keywords such as `pattern`, references',
    capability: 'toolKeywords',
    sample: withTool(
      {},
      { parameters: { type: 'object', properties: { city: { type: 'string', pattern: 'mark+' } } } },
    ),
  },
  { field: 'tools[].custom', capability: 'freeformTool', sample: { tools: [PATCH] } },
  {
    field: 'tools[].namespace',
    capability: 'namespacedTool',
    sample: { tools: [{ type: 'namespace', name: 'mark_space', tools: [TOOL] }] },
  },
  {
    field: 'tools[].web_search',
    when: 'and its previews',
    capability: 'webSearchTool',
    sample: { tools: [{ type: 'web_search' }] },
  },
  {
    field: 'tools[].filters.allowed_domains',
    capability: 'webSearchAllowedDomains',
    sample: { tools: [{ type: 'web_search', filters: { allowed_domains: ['example.com'] } }] },
  },
  {
    field: 'tools[].user_location',
    capability: 'webSearchLocation',
    sample: { tools: [{ type: 'web_search', user_location: { type: 'approximate', city: 'markOslo' } }] },
  },
  {
    field: 'tools[].search_context_size',
    capability: 'webSearchContextSize',
    sample: { tools: [{ type: 'web_search', search_context_size: 'low' }] },
  },
  {
    field: 'tools[].external_web_access',
    capability: 'webSearchOwn',
    sample: { tools: [{ type: 'web_search', external_web_access: false }] },
  },
  {
    field: 'tools[].code_interpreter',
    capability: 'codeExecutionTool',
    sample: { tools: [{ type: 'code_interpreter', container: { type: 'auto' } }] },
  },
  {
    field: 'tools[].*',
    when: 'other server tools, and types we do not know',
    capability: 'own',
    sample: { tools: [{ type: 'file_search', vector_store_ids: ['vs_1'] }] },
  },
  {
    field: 'tool_choice',
    when: 'a server tool',
    capability: 'webSearchChoice',
    sample: { tools: [{ type: 'web_search_preview' }], tool_choice: { type: 'web_search_preview' } },
  },
  { field: 'tool_choice', when: '`auto`', capability: 'toolChoice', sample: withTool({ tool_choice: 'auto' }) },
  { field: 'tool_choice', when: '`none`', capability: 'toolChoice', sample: withTool({ tool_choice: 'none' }) },
  { field: 'tool_choice', when: '`required`', capability: 'toolChoice', sample: withTool({ tool_choice: 'required' }) },
  {
    field: 'tool_choice',
    when: 'a function',
    capability: 'toolChoice',
    sample: withTool({ tool_choice: { type: 'function', name: 'mark_tool' } }),
  },
  {
    field: 'tool_choice',
    when: '`allowed_tools`',
    capability: 'own',
    sample: withTool({ tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [] } }),
  },
  {
    field: 'tool_choice',
    when: 'without tools',
    capability: 'toolChoiceWithoutTools',
    sample: { tool_choice: 'required' },
  },
  {
    field: 'parallel_tool_calls',
    when: '`false`',
    capability: 'serialToolCalls',
    sample: withTool({ parallel_tool_calls: false }),
  },
  { field: 'input[].function_call', capability: 'toolCall', sample: called('fine') },
  { field: 'input[].function_call_output', capability: 'toolResult', sample: called('mark fine') },
  {
    field: 'input[].output[].input_image',
    capability: 'toolResultImage',
    sample: called([{ type: 'input_image', image_url: PIXEL }]),
  },
  {
    field: 'input[].custom_tool_call',
    capability: 'toolCall',
    sample: amid(
      { type: 'custom_tool_call', call_id: 'mark_call', name: 'mark_patch', input: 'mark it' },
      { type: 'custom_tool_call_output', call_id: 'mark_call', output: 'mark done' },
    ),
  },
];

export const RESPONSES_FIELDS: readonly DeclaredField[] = [...PARAMETERS, ...CONTENT, ...TOOLS];
