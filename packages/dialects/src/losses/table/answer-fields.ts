import { chat, claude, message, responses, SAID, TEXT } from './answer-samples.js';
import type { DeclaredAnswerField } from './declared-answer-field.js';
import type { UpstreamDialect } from './fate.js';
import { GEMINI_ANSWER_FIELDS } from './gemini-answer-fields.js';
import { CHAT_SOURCES, MESSAGE_SOURCES, RESPONSE_SOURCES } from './source-fields.js';

const CHAT_CALL = { id: 'mark_call', type: 'function', function: { name: 'mark_tool', arguments: '{"a":"mark"}' } };

const CHAT: readonly DeclaredAnswerField[] = [
  { field: 'choices[].message.content', capability: 'text', sample: chat({ content: 'mark' }) },
  {
    field: 'choices[]',
    when: 'several',
    capability: 'furtherChoices',
    sample: chat(
      {},
      {},
      {
        choices: ['mark one', 'mark two'].map((content, index) => {
          return { index, message: { role: 'assistant', content }, finish_reason: 'stop' };
        }),
      },
    ),
  },
  {
    field: 'choices[].message.reasoning_content',
    when: 'DeepSeek and others',
    capability: 'reasoning',
    sample: chat({ reasoning_content: 'mark' }),
  },
  { field: 'choices[].message.refusal', capability: 'refusal', sample: chat({ content: null, refusal: 'mark' }) },
  {
    field: 'choices[].message.tool_calls[]',
    capability: 'toolCall',
    sample: chat({ content: null, tool_calls: [CHAT_CALL] }, { finish_reason: 'tool_calls' }),
  },
  {
    field: 'choices[].message.tool_calls[]',
    when: 'of a custom tool',
    capability: 'toolCall',
    sample: chat(
      {
        content: null,
        tool_calls: [{ id: 'mark_call', type: 'custom', custom: { name: 'mark_tool', input: 'mark it' } }],
      },
      { finish_reason: 'tool_calls' },
    ),
  },
  ...CHAT_SOURCES,
  { field: 'choices[].message.audio', capability: 'own', sample: chat({ audio: { id: 'audio_1', data: 'UA==' } }) },
  {
    field: 'choices[].message.images',
    when: 'OpenRouter',
    capability: 'own',
    sample: chat({ images: [{ type: 'image_url' }] }),
  },
  {
    field: 'choices[].finish_reason',
    when: '`model_length`',
    capability: 'finishContext',
    sample: chat({}, { finish_reason: 'model_length' }),
  },
  {
    field: 'choices[].finish_reason',
    when: 'a word we do not know',
    capability: 'finishOther',
    sample: chat({}, { finish_reason: 'x_new' }),
  },
  { field: 'system_fingerprint', capability: 'openaiField', sample: chat({}, {}, { system_fingerprint: 'mark' }) },
  { field: 'service_tier', capability: 'openaiField', sample: chat({}, {}, { service_tier: 'mark' }) },
  {
    field: 'citations',
    when: 'Perplexity, xAI',
    capability: 'openaiField',
    sample: chat({}, {}, { citations: ['https://example.com/mark'] }),
  },
  {
    field: 'usage.prompt_tokens_details.cache_write_tokens',
    when: 'OpenRouter',
    capability: 'cacheWrites',
    sample: chat(
      { content: 'mark' },
      {},
      {
        usage: { prompt_tokens: 9, completion_tokens: 1, prompt_tokens_details: { cache_write_tokens: 4 } },
      },
    ),
  },
];

const RESPONSES: readonly DeclaredAnswerField[] = [
  { field: 'output[].content[].output_text', capability: 'text', sample: responses([message(SAID)]) },
  ...RESPONSE_SOURCES,
  { field: 'output[].phase', capability: 'own', sample: responses([message(SAID, { phase: 'final_answer' })]) },
  {
    field: 'output[].content[].refusal',
    capability: 'refusal',
    sample: responses([message({ type: 'refusal', refusal: 'mark' })]),
  },
  {
    field: 'output[].reasoning',
    capability: 'reasoning',
    sample: responses([
      { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'mark' }] },
      message(SAID),
    ]),
  },
  {
    field: 'output[].encrypted_content',
    capability: 'reasoningProof',
    sample: responses([
      { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'hm' }], encrypted_content: 'mark' },
      message(SAID),
    ]),
  },
  {
    field: 'output[].function_call',
    capability: 'toolCall',
    sample: responses([
      { type: 'function_call', id: 'fc_1', call_id: 'mark_call', name: 'mark_tool', arguments: '{"a":"mark"}' },
    ]),
  },
  {
    field: 'output[].web_search_call',
    when: 'a search or a page',
    capability: 'serverCall',
    sample: responses([
      { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search', query: 'mark' } },
      message(SAID),
    ]),
  },
  {
    field: 'output[].code_interpreter_call',
    capability: 'codeResult',
    sample: responses([
      {
        type: 'code_interpreter_call',
        id: 'ci_1',
        status: 'completed',
        code: 'mark()',
        container_id: 'c1',
        outputs: [{ type: 'logs', logs: 'mark done' }],
      },
      message(SAID),
    ]),
  },
  {
    field: 'output[].*',
    when: 'images, steps of other server tools, and types we do not know',
    capability: 'own',
    sample: responses([{ type: 'file_search_call', id: 'fs_1', status: 'completed', queries: [] }, message(SAID)]),
  },
  {
    field: 'incomplete_details.reason',
    when: 'a word we do not know',
    capability: 'finishOther',
    sample: responses([message(SAID)], { status: 'incomplete', incomplete_details: { reason: 'x_new' } }),
  },
  { field: 'service_tier', capability: 'own', sample: responses([message(SAID)], { service_tier: 'default' }) },
  {
    field: 'usage.input_tokens_details.cache_write_tokens',
    capability: 'cacheWrites',
    sample: responses([message(SAID)], {
      usage: { input_tokens: 9, output_tokens: 1, input_tokens_details: { cache_write_tokens: 4 } },
    }),
  },
];

const ANTHROPIC: readonly DeclaredAnswerField[] = [
  { field: 'content[].text', capability: 'text', sample: claude([TEXT]) },
  ...MESSAGE_SOURCES,
  {
    field: 'content[].thinking',
    capability: 'reasoning',
    sample: claude([{ type: 'thinking', thinking: 'mark hm', signature: '' }, TEXT]),
  },
  {
    field: 'content[].signature',
    capability: 'reasoningProof',
    sample: claude([{ type: 'thinking', thinking: 'hm', signature: 'markSIG' }, TEXT]),
  },
  {
    field: 'content[].redacted_thinking',
    capability: 'redactedReasoning',
    sample: claude([{ type: 'redacted_thinking', data: 'markDATA' }, TEXT]),
  },
  {
    field: 'content[].tool_use',
    capability: 'toolCall',
    sample: claude([{ type: 'tool_use', id: 'mark_call', name: 'mark_tool', input: { a: 'mark' } }], {
      stop_reason: 'tool_use',
    }),
  },
  {
    field: 'content[].caller',
    when: 'of a call',
    capability: 'own',
    sample: claude([{ type: 'tool_use', id: 'toolu_1', name: 'f', input: {}, caller: { type: 'direct' } }]),
  },
  {
    field: 'content[].server_tool_use',
    when: 'web search, web fetch, code execution',
    capability: 'serverCall',
    sample: claude([{ type: 'server_tool_use', id: 's1', name: 'web_search', input: { query: 'mark' } }, TEXT]),
  },
  {
    field: 'content[].web_search_tool_result',
    capability: 'searchResult',
    sample: claude([
      { type: 'server_tool_use', id: 's1', name: 'web_search', input: { query: 'mark' } },
      {
        type: 'web_search_tool_result',
        tool_use_id: 's1',
        content: [
          { type: 'web_search_result', url: 'https://example.com/mark', title: 'A', encrypted_content: 'UA==' },
        ],
      },
      TEXT,
    ]),
  },
  {
    field: 'content[].web_fetch_tool_result',
    capability: 'fetchResult',
    sample: claude([
      { type: 'server_tool_use', id: 's1', name: 'web_fetch', input: { url: 'https://example.com' } },
      { type: 'web_fetch_tool_result', tool_use_id: 's1', content: { type: 'web_fetch_result', url: 'x' } },
      TEXT,
    ]),
  },
  {
    field: 'content[].code_execution_tool_result',
    when: 'and of `bash_code_execution`',
    capability: 'codeResult',
    sample: claude([
      { type: 'server_tool_use', id: 's1', name: 'code_execution', input: { code: 'mark()' } },
      {
        type: 'code_execution_tool_result',
        tool_use_id: 's1',
        content: { type: 'code_execution_result', stdout: 'mark out', stderr: '', return_code: 0, content: [] },
      },
      TEXT,
    ]),
  },
  {
    field: 'content[].*',
    when: 'steps of other server tools, and types we do not know',
    capability: 'own',
    sample: claude([{ type: 'mcp_tool_use', id: 's1', name: 'x', server_name: 'y', input: { query: 'x' } }, TEXT]),
  },
  {
    field: 'stop_reason',
    when: '`pause_turn`',
    capability: 'finishPause',
    sample: claude([TEXT], { stop_reason: 'pause_turn' }),
  },
  {
    field: 'stop_reason',
    when: '`refusal`',
    capability: 'finishRefusal',
    sample: claude([TEXT], { stop_reason: 'refusal' }),
  },
  {
    field: 'stop_reason',
    when: '`model_context_window_exceeded`',
    capability: 'finishContext',
    sample: claude([TEXT], { stop_reason: 'model_context_window_exceeded' }),
  },
  {
    field: 'stop_sequence',
    capability: 'stopSequence',
    sample: claude([TEXT], { stop_reason: 'stop_sequence', stop_sequence: 'markEND' }),
  },
  { field: 'stop_details', capability: 'own', sample: claude([TEXT], { stop_details: { type: 'x' } }) },
  { field: 'container', capability: 'own', sample: claude([TEXT], { container: { id: 'c1' } }) },
  {
    field: 'context_management',
    capability: 'own',
    sample: claude([TEXT], { context_management: { applied_edits: [1] } }),
  },
  {
    field: 'usage.cache_creation',
    when: 'for an hour',
    capability: 'cacheWritesByLifetime',
    sample: claude([TEXT], {
      usage: {
        input_tokens: 9,
        output_tokens: 1,
        cache_creation_input_tokens: 4,
        cache_creation: { ephemeral_1h_input_tokens: 4 },
      },
    }),
  },
];

/** The fields of what upstreams answer, by their dialect. */
export const ANSWER_FIELDS: Readonly<Record<UpstreamDialect, readonly DeclaredAnswerField[]>> = {
  'openai-chat': CHAT,
  'openai-responses': RESPONSES,
  'anthropic-messages': ANTHROPIC,
  gemini: GEMINI_ANSWER_FIELDS,
};
