import { chat, claude, gemini, message, PART, responses, SAID, TEXT } from './answer-samples.js';
import type { DeclaredAnswerField } from './declared-answer-field.js';

// What answers tell beside their texts: what a text rests on, and how likely its tokens were.

const PAGE = { url: 'https://example.com/mark', title: 'mark' };
const CITED = { ...PAGE, start_index: 0, end_index: 2 };
const TOKEN = {
  token: 'mark',
  logprob: -0.5,
  bytes: null,
  top_logprobs: [{ token: 'mark2', logprob: -1.5, bytes: null }],
};

export const CHAT_SOURCES: readonly DeclaredAnswerField[] = [
  {
    field: 'choices[].message.annotations',
    when: '`url_citation`',
    capability: 'urlCitation',
    sample: chat({ annotations: [{ type: 'url_citation', url_citation: CITED }] }),
  },
  {
    field: 'choices[].message.annotations[].start_index',
    when: 'and `end_index`',
    capability: 'citationSpan',
    sample: chat({ annotations: [{ type: 'url_citation', url_citation: CITED }] }),
  },
  {
    field: 'choices[].message.annotations',
    when: 'of other types',
    capability: 'own',
    sample: chat({ annotations: [{ type: 'file', file: { hash: 'x' } }] }),
  },
  {
    field: 'choices[].logprobs',
    capability: 'logprobs',
    sample: chat({}, { logprobs: { content: [TOKEN], refusal: null } }),
  },
];

export const RESPONSE_SOURCES: readonly DeclaredAnswerField[] = [
  {
    field: 'output[].content[].annotations',
    when: '`url_citation`',
    capability: 'urlCitation',
    sample: responses([message({ ...SAID, annotations: [{ type: 'url_citation', ...CITED }] })]),
  },
  {
    field: 'output[].content[].annotations[].start_index',
    when: 'and `end_index`',
    capability: 'citationSpan',
    sample: responses([message({ ...SAID, annotations: [{ type: 'url_citation', ...CITED }] })]),
  },
  {
    field: 'output[].content[].annotations',
    when: '`file_citation` and other kinds of files',
    capability: 'fileCitation',
    sample: responses([
      message({ ...SAID, annotations: [{ type: 'file_citation', file_id: 'file-1', filename: 'mark.pdf', index: 3 }] }),
    ]),
  },
  {
    field: 'output[].content[].annotations[].*',
    when: '`index`, `container_id`',
    capability: 'own',
    sample: responses([
      message({ ...SAID, annotations: [{ type: 'file_citation', file_id: 'file-1', filename: 'a.pdf', index: 3 }] }),
    ]),
  },
  {
    field: 'output[].content[].logprobs',
    capability: 'logprobs',
    sample: responses([message({ ...SAID, logprobs: [TOKEN] })]),
  },
];

const PAGES = {
  type: 'page_location',
  document_index: 0,
  document_title: 'mark.pdf',
  start_page_number: 1,
  end_page_number: 2,
};

export const MESSAGE_SOURCES: readonly DeclaredAnswerField[] = [
  {
    field: 'content[].citations',
    when: 'of a web page, `search_result_location` with a URL',
    capability: 'urlCitation',
    sample: claude([{ ...TEXT, citations: [{ type: 'web_search_result_location', ...PAGE, cited_text: 'words' }] }]),
  },
  {
    field: 'content[].citations[].cited_text',
    capability: 'citedText',
    sample: claude([
      { ...TEXT, citations: [{ type: 'web_search_result_location', ...PAGE, cited_text: 'mark words' }] },
    ]),
  },
  {
    field: 'content[].citations[].*',
    when: '`encrypted_index` and others that only it understands',
    capability: 'own',
    sample: claude([{ ...TEXT, citations: [{ type: 'web_search_result_location', ...PAGE, encrypted_index: 'x' }] }]),
  },
  {
    field: 'content[].citations',
    when: 'of a document',
    capability: 'documentCitation',
    sample: claude([{ ...TEXT, citations: [PAGES] }]),
  },
];

const WEB = { uri: 'https://example.com/mark', title: 'mark' };
const SUPPORT = { segment: { startIndex: 0, endIndex: 4, text: 'mark' }, groundingChunkIndices: [0] };
const PROBABLE = { token: 'mark', logProbability: -0.5 };

export const GEMINI_SOURCES: readonly DeclaredAnswerField[] = [
  {
    field: 'candidates[].groundingMetadata',
    when: 'web pages; `citationMetadata` with a `uri`',
    capability: 'urlCitation',
    sample: gemini([PART], { groundingMetadata: { groundingChunks: [{ web: WEB }], groundingSupports: [SUPPORT] } }),
  },
  {
    field: 'candidates[].groundingMetadata.groundingSupports[].segment',
    capability: 'citationSpan',
    sample: gemini([PART], { groundingMetadata: { groundingChunks: [{ web: WEB }], groundingSupports: [SUPPORT] } }),
  },
  {
    field: 'candidates[].groundingMetadata',
    when: 'what was retrieved from elsewhere',
    capability: 'retrievedCitation',
    sample: gemini([PART], {
      groundingMetadata: { groundingChunks: [{ retrievedContext: { title: 'mark' } }], groundingSupports: [SUPPORT] },
    }),
  },
  {
    field: 'candidates[].groundingMetadata.groundingChunks[].retrievedContext.text',
    capability: 'citedContext',
    sample: gemini([PART], {
      groundingMetadata: {
        groundingChunks: [{ retrievedContext: { ...WEB, text: 'mark words' } }],
        groundingSupports: [SUPPORT],
      },
    }),
  },
  {
    field: 'candidates[].groundingMetadata.*',
    when: 'scores, how to show what was found, and others that only it understands',
    capability: 'own',
    sample: gemini([PART], { groundingMetadata: { searchEntryPoint: { renderedContent: 'x' } } }),
  },
  {
    field: 'candidates[].logprobsResult',
    capability: 'logprobs',
    sample: gemini([PART], { logprobsResult: { chosenCandidates: [PROBABLE] } }),
  },
  {
    field: 'candidates[].logprobsResult.chosenCandidates[].tokenId',
    capability: 'tokenId',
    sample: gemini([PART], { logprobsResult: { chosenCandidates: [{ ...PROBABLE, tokenId: 7 }] } }),
  },
];
