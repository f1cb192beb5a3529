import { gemini, PART } from './answer-samples.js';
import type { DeclaredAnswerField } from './declared-answer-field.js';
import { GEMINI_SOURCES } from './source-fields.js';

export const GEMINI_ANSWER_FIELDS: readonly DeclaredAnswerField[] = [
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
    when: 'of a call',
    capability: 'callSignature',
    sample: gemini([
      { functionCall: { id: 'mark_call', name: 'mark_tool', args: { a: 'mark' } }, thoughtSignature: 'markSIG' },
    ]),
  },
  {
    field: 'candidates[].content.parts[].thoughtSignature',
    when: 'of anything but a thought or a call',
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
    field: 'candidates[].content.parts[].executableCode',
    capability: 'serverCall',
    sample: gemini([{ executableCode: { language: 'PYTHON', code: 'mark()' } }, PART]),
  },
  {
    field: 'candidates[].content.parts[].codeExecutionResult',
    capability: 'codeResult',
    sample: gemini([
      { executableCode: { language: 'PYTHON', code: 'mark()' } },
      { codeExecutionResult: { outcome: 'OUTCOME_OK', output: 'mark done' } },
      PART,
    ]),
  },
  {
    field: 'candidates[].content.parts[].*',
    when: 'parts we do not know',
    capability: 'own',
    sample: gemini([{ toolCall: { toolType: 'GOOGLE_MAPS', id: 't1' } }, PART]),
  },
  {
    field: 'candidates[].groundingMetadata.webSearchQueries',
    capability: 'serverCall',
    sample: gemini([PART], { groundingMetadata: { webSearchQueries: ['mark'] } }),
  },
  ...GEMINI_SOURCES,
  {
    field: 'candidates[].urlContextMetadata.urlMetadata',
    capability: 'serverCall',
    sample: gemini([PART], { urlContextMetadata: { urlMetadata: [{ retrievedUrl: 'https://example.com/mark' }] } }),
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
