import type { JsonObject } from '../../dialect.js';
import type { DeclaredField } from './declared-field.js';

const PIXEL = 'data:image/png;base64,markPIXEL';

function user(...parts: readonly JsonObject[]): JsonObject {
  return { messages: [{ role: 'user', content: parts }] };
}

function withTool(more: JsonObject, definition: JsonObject = {}): JsonObject {
  return { tools: [{ type: 'function', function: { ...TOOL, ...definition } }], ...more };
}

const TOOL = {
  name: 'mark_tool',
  description: 'mark of a tool',
  parameters: { type: 'object', properties: { mark_city: { type: 'string' } } },
};
const CALL = { id: 'mark_call', type: 'function', function: { name: 'mark_tool', arguments: '{"city":"markOslo"}' } };

function called(more: JsonObject, ...results: readonly JsonObject[]): JsonObject {
  return {
    messages: [
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: null, tool_calls: [CALL], ...more },
      ...results,
    ],
    ...withTool({}),
  };
}

const GEMINI_SIGNATURE = 'switchyard_proof:gemini:reasoning:c2ln';

function jsonSchema(more: JsonObject): JsonObject {
  return { response_format: { type: 'json_schema', json_schema: { schema: { type: 'object' }, ...more } } };
}

const PARAMETERS: readonly DeclaredField[] = [
  { field: 'temperature', capability: 'temperature', sample: { temperature: 0.25 } },
  { field: 'temperature', when: 'above 1', capability: 'highTemperature', sample: { temperature: 1.5 } },
  { field: 'top_p', capability: 'topP', sample: { top_p: 0.75 } },
  { field: 'max_tokens', capability: 'maxOutputTokens', sample: { max_tokens: 777 } },
  { field: 'max_tokens', when: 'below 16', capability: 'lowCeiling', sample: { max_tokens: 9 } },
  { field: 'max_completion_tokens', capability: 'maxOutputTokens', sample: { max_completion_tokens: 777 } },
  { field: 'stop', capability: 'stopSequences', sample: { stop: ['END'] } },
  { field: 'stop', when: 'more than five', capability: 'manyStopSequences', sample: { stop: [...'abcdef'] } },
  { field: 'stop', when: 'white space', capability: 'blankStopSequence', sample: { stop: ['\n'] } },
  { field: 'seed', capability: 'seed', sample: { seed: 42 } },
  { field: 'frequency_penalty', capability: 'frequencyPenalty', sample: { frequency_penalty: 0.5 } },
  { field: 'presence_penalty', capability: 'presencePenalty', sample: { presence_penalty: 0.5 } },
  { field: 'n', capability: 'choiceCount', sample: { n: 2 } },
  { field: 'logprobs', capability: 'logprobs', sample: { logprobs: true, top_logprobs: 3 } },
  { field: 'reasoning_effort', capability: 'effort', sample: { reasoning_effort: 'high' } },
  { field: 'reasoning_effort', when: '`none`', capability: 'reasoningOff', sample: { reasoning_effort: 'none' } },
  {
    field: 'reasoning_effort',
    when: '`minimal`',
    capability: 'effortMinimal',
    sample: { reasoning_effort: 'minimal' },
  },
  { field: 'reasoning_effort', when: '`xhigh`', capability: 'effortXhigh', sample: { reasoning_effort: 'xhigh' } },
  { field: 'response_format', when: '`text`', capability: 'textFormat', sample: { response_format: { type: 'text' } } },
  {
    field: 'response_format',
    when: '`json_object`',
    capability: 'jsonObject',
    sample: { response_format: { type: 'json_object' } },
  },
  {
    field: 'response_format',
    when: '`json_schema`',
    capability: 'jsonSchema',
    sample: jsonSchema({ schema: { type: 'object', properties: { mark_city: { type: 'string' } } } }),
  },
  {
    field: 'response_format.json_schema.name',
    capability: 'jsonSchemaName',
    sample: jsonSchema({ name: 'mark_name' }),
  },
  {
    field: 'response_format.json_schema.description',
    capability: 'jsonSchemaDescription',
    sample: jsonSchema({ description: 'mark of a schema' }),
  },
  { field: 'response_format.json_schema.strict', capability: 'jsonSchemaStrict', sample: jsonSchema({ strict: true }) },
  {
    field: 'response_format.json_schema.schema',
    when: 'keywords such as `pattern`, references',
    capability: 'jsonSchemaKeywords',
    sample: jsonSchema({ schema: { type: 'object', properties: { city: { type: 'string', pattern: 'mark+' } } } }),
  },
  { field: 'verbosity', capability: 'verbosity', sample: { verbosity: 'markLow' } },
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
  { field: 'store', capability: 'own', sample: { store: true } },
  { field: 'logit_bias', capability: 'own', sample: { logit_bias: { 50256: -100 } } },
  { field: 'modalities', capability: 'own', sample: { modalities: ['text', 'audio'] } },
  { field: 'audio', capability: 'own', sample: { audio: { voice: 'alloy', format: 'wav' } } },
  { field: 'prediction', capability: 'own', sample: { prediction: { type: 'content', content: 'x' } } },
  { field: 'web_search_options', capability: 'webSearchTool', sample: { web_search_options: {} } },
  {
    field: 'web_search_options.search_context_size',
    capability: 'webSearchContextSize',
    sample: { web_search_options: { search_context_size: 'low' } },
  },
  {
    field: 'web_search_options.user_location',
    capability: 'webSearchLocation',
    sample: { web_search_options: { user_location: { type: 'approximate', approximate: { city: 'markOslo' } } } },
  },
  { field: 'functions', when: 'retired', capability: 'own', sample: { functions: [{ name: 'f' }] } },
  { field: 'function_call', when: 'retired', capability: 'own', sample: { function_call: 'auto' } },
  {
    field: 'stream_options.include_obfuscation',
    capability: 'own',
    sample: { stream_options: { include_obfuscation: false } },
  },
  { field: 'reasoning', when: 'OpenRouter', capability: 'own', sample: { reasoning: { exclude: true } } },
];

const CONTENT: readonly DeclaredField[] = [
  { field: 'messages[].content', capability: 'text', sample: { messages: [{ role: 'user', content: 'mark' }] } },
  { field: 'messages[].content[].text', capability: 'text', sample: user({ type: 'text', text: 'mark' }) },
  {
    field: 'messages[]',
    when: '`system`, `developer` at the start',
    capability: 'instructions',
    sample: {
      messages: [
        { role: 'system', content: 'mark one' },
        { role: 'developer', content: 'mark two' },
        { role: 'user', content: 'hi' },
      ],
    },
  },
  {
    field: 'messages[].role',
    when: '`system`, `developer` amid the conversation',
    capability: 'lateInstructions',
    sample: {
      messages: [
        { role: 'user', content: 'hi' },
        { role: 'system', content: 'mark' },
      ],
    },
  },
  {
    field: 'messages[].name',
    capability: 'speakerName',
    sample: { messages: [{ role: 'user', name: 'mark_ada', content: 'hi' }] },
  },
  {
    field: 'messages[].content[].image_url',
    when: 'a URL',
    capability: 'imageUrl',
    sample: user({ type: 'image_url', image_url: { url: 'https://example.com/mark.png' } }),
  },
  {
    field: 'messages[].content[].image_url',
    when: 'data',
    capability: 'imageData',
    sample: user({ type: 'image_url', image_url: { url: PIXEL } }),
  },
  {
    field: 'messages[].content[].image_url.detail',
    capability: 'imageDetail',
    sample: user({ type: 'image_url', image_url: { url: PIXEL, detail: 'high' } }),
  },
  {
    field: 'messages[].content[].input_audio',
    capability: 'audioData',
    sample: user(
      { type: 'text', text: 'a' },
      { type: 'input_audio', input_audio: { data: 'markSOUND', format: 'wav' } },
    ),
  },
  {
    field: 'messages[].content[].file',
    when: 'data',
    capability: 'documentData',
    sample: user({ type: 'file', file: { file_data: 'data:application/pdf;base64,markPDF' } }),
  },
  {
    field: 'messages[].content[].file',
    when: 'an id',
    capability: 'documentFile',
    sample: user({ type: 'text', text: 'a' }, { type: 'file', file: { file_id: 'mark-file' } }),
  },
  {
    field: 'messages[].content[].file.filename',
    capability: 'documentTitle',
    sample: user({ type: 'file', file: { file_data: 'data:application/pdf;base64,UERG', filename: 'mark.pdf' } }),
  },
  {
    field: 'messages[].content[].cache_control',
    capability: 'cacheMark',
    sample: user({ type: 'text', text: 'hi', cache_control: { type: 'ephemeral', ttl: '1h' } }),
  },
  {
    field: 'messages[].refusal',
    capability: 'refusal',
    sample: {
      messages: [
        { role: 'user', content: 'hi' },
        { role: 'assistant', content: null, refusal: 'mark no' },
        { role: 'user', content: 'why' },
      ],
    },
  },
  {
    field: 'messages[].reasoning_content',
    when: 'DeepSeek and others',
    capability: 'plainReasoning',
    sample: {
      messages: [
        { role: 'user', content: 'hi' },
        { role: 'assistant', content: 'yes', reasoning_content: 'mark hm' },
        { role: 'user', content: 'why' },
      ],
    },
  },
  {
    field: 'messages[].audio',
    capability: 'own',
    sample: {
      messages: [
        { role: 'user', content: 'hi' },
        { role: 'assistant', content: 'a', audio: { id: 'audio_1' } },
        { role: 'user', content: 'b' },
      ],
    },
  },
  {
    field: 'messages[].content[].*',
    when: 'a type we do not know',
    capability: 'own',
    sample: user({ type: 'text', text: 'a' }, { type: 'x_new', x: 1 }),
  },
];

const TOOLS: readonly DeclaredField[] = [
  { field: 'tools[]', capability: 'tool', sample: withTool({}) },
  { field: 'tools[].function.strict', capability: 'toolStrict', sample: withTool({}, { strict: true }) },
  {
    field: 'tools[].function.parameters',
    when: 'keywords such as `pattern`, references',
    capability: 'toolKeywords',
    sample: withTool(
      {},
      { parameters: { type: 'object', properties: { city: { type: 'string', pattern: 'mark+' } } } },
    ),
  },
  {
    field: 'tools[].cache_control',
    capability: 'cacheMark',
    sample: { tools: [{ type: 'function', function: TOOL, cache_control: { type: 'ephemeral' } }] },
  },
  {
    field: 'tools[].custom',
    capability: 'freeformTool',
    sample: { tools: [{ type: 'custom', custom: { name: 'mark_tool', description: 'mark of a tool' } }] },
  },
  { field: 'tool_choice', when: '`auto`', capability: 'toolChoice', sample: withTool({ tool_choice: 'auto' }) },
  { field: 'tool_choice', when: '`none`', capability: 'toolChoice', sample: withTool({ tool_choice: 'none' }) },
  { field: 'tool_choice', when: '`required`', capability: 'toolChoice', sample: withTool({ tool_choice: 'required' }) },
  {
    field: 'tool_choice',
    when: 'a function',
    capability: 'toolChoice',
    sample: withTool({ tool_choice: { type: 'function', function: { name: 'mark_tool' } } }),
  },
  {
    field: 'tool_choice',
    when: '`allowed_tools`',
    capability: 'own',
    sample: withTool({ tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [] } } }),
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
  { field: 'messages[].tool_calls[]', capability: 'toolCall', sample: called({}, result('fine')) },
  {
    field: 'messages[].tool_calls[]',
    when: 'of a custom tool',
    capability: 'toolCall',
    sample: called(
      { tool_calls: [{ id: 'mark_call', type: 'custom', custom: { name: 'mark_tool', input: 'mark it' } }] },
      result('mark fine'),
    ),
  },
  {
    field: 'messages[].tool_calls[].extra_content.google.thought_signature',
    when: 'as it was handed out',
    capability: 'callSignature',
    sample: called(
      { tool_calls: [{ ...CALL, extra_content: { google: { thought_signature: GEMINI_SIGNATURE } } }] },
      result('fine'),
    ),
  },
  { field: 'messages[].content', when: 'of a tool', capability: 'toolResult', sample: called({}, result('mark fine')) },
  {
    field: 'messages[].content[].image_url',
    when: 'of a tool',
    capability: 'toolResultImage',
    sample: called(
      {},
      { role: 'tool', tool_call_id: 'mark_call', content: [{ type: 'image_url', image_url: { url: PIXEL } }] },
    ),
  },
];

function result(content: string): JsonObject {
  return { role: 'tool', tool_call_id: 'mark_call', content };
}

export const CHAT_FIELDS: readonly DeclaredField[] = [...PARAMETERS, ...CONTENT, ...TOOLS];
