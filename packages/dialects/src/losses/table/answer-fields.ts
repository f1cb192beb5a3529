import type { JsonObject } from '../../dialect.js';
import type { AnswerCapability } from './answer-capabilities.js';
import { chat, claude, gemini, message, PART, responses, SAID, TEXT } from './answer-samples.js';
import type { UpstreamDialect } from './fate.js';
import { CHAT_SOURCES, GEMINI_SOURCES, MESSAGE_SOURCES, RESPONSE_SOURCES } from './source-fields.js';

/** A field of what upstreams of a dialect answer, and what it tells. */
export interface DeclaredAnswerField {
  /** As the upstream calls it. Warnings name it so, behind `response.`. */
  readonly field: string;
  readonly when?: string | undefined;
  readonly capability: AnswerCapability;
  /** A whole answer that has it. Texts that begin with `mark` must arrive wherever the field is carried. */
  readonly sample: JsonObject;
}

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
    field: 'choices[].message.tool_calls[].custom',
    capability: 'own',
    sample: chat({ tool_calls: [{ id: 'call_1', type: 'custom', custom: { name: 'f', input: 'x' } }] }),
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
    field: 'output[].*',
    when: 'steps and images of server tools, and types we do not know',
    capability: 'own',
    sample: responses([{ type: 'web_search_call', id: 'ws_1', status: 'completed' }, message(SAID)]),
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
    field: 'content[].*',
    when: 'steps of server tools, and types we do not know',
    capability: 'own',
    sample: claude([{ type: 'server_tool_use', id: 's1', name: 'web_search', input: { query: 'x' } }, TEXT]),
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

const GEMINI: readonly DeclaredAnswerField[] = [
  { field: 'candidates[].content.parts[].text', capability: 'text', sample: gemini([PART]) },
  {
    field: 'candidates[]',
    when: 'several',
    capability: 'furtherChoices',
    sample: gemini(
      [],
      {},
      {
        candidates: ['mark one', 'mark two'].map((text, index) => {
          return { index, content: { role: 'model', parts: [{ text }] }, finishReason: 'STOP' };
        }),
      },
    ),
  },
  {
    field: 'candidates[].content.parts[].thought',
    capability: 'reasoning',
    sample: gemini([{ text: 'mark hm', thought: true }, PART]),
  },
  {
    field: 'candidates[].content.parts[].thoughtSignature',
    when: 'of a thought',
    capability: 'reasoningProof',
    sample: gemini([{ text: 'hm', thought: true, thoughtSignature: 'markSIG' }, PART]),
  },
  {
    field: 'candidates[].content.parts[].thoughtSignature',
    when: 'of anything but a thought',
    capability: 'own',
    sample: gemini([{ ...PART, thoughtSignature: 'markSIG' }]),
  },
  {
    field: 'candidates[].content.parts[].functionCall',
    capability: 'toolCall',
    sample: gemini([{ functionCall: { id: 'mark_call', name: 'mark_tool', args: { a: 'mark' } } }]),
  },
  {
    field: 'candidates[].content.parts[].inlineData',
    when: 'images, audio',
    capability: 'own',
    sample: gemini([{ inlineData: { mimeType: 'image/png', data: 'UA==' } }, PART]),
  },
  {
    field: 'candidates[].content.parts[].*',
    when: 'executed code, and parts we do not know',
    capability: 'own',
    sample: gemini([{ executableCode: { language: 'PYTHON', code: '1' } }, PART]),
  },
  ...GEMINI_SOURCES,
  {
    field: 'candidates[].urlContextMetadata',
    capability: 'own',
    sample: gemini([PART], { urlContextMetadata: { urlMetadata: [{ retrievedUrl: 'x' }] } }),
  },
  {
    field: 'candidates[].safetyRatings',
    capability: 'own',
    sample: gemini([PART], { safetyRatings: [{ category: 'X' }] }),
  },
  { field: 'candidates[].avgLogprobs', capability: 'own', sample: gemini([PART], { avgLogprobs: -0.5 }) },
  {
    field: 'candidates[].finishReason',
    when: '`MALFORMED_FUNCTION_CALL` and other words of its own',
    capability: 'finishOther',
    sample: gemini([PART], { finishReason: 'MALFORMED_FUNCTION_CALL' }),
  },
  {
    field: 'promptFeedback',
    capability: 'own',
    sample: gemini([PART], {}, { promptFeedback: { safetyRatings: [{ category: 'X' }] } }),
  },
];

/** The fields of what upstreams answer, by their dialect. */
export const ANSWER_FIELDS: Readonly<Record<UpstreamDialect, readonly DeclaredAnswerField[]>> = {
  'openai-chat': CHAT,
  'openai-responses': RESPONSES,
  'anthropic-messages': ANTHROPIC,
  gemini: GEMINI,
};
