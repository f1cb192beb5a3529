import { isRecord } from '../json-guards.js';
import type { Answer, WholeAnswer } from './answer.js';
import type { SurfaceOperation } from './surface.js';

const MODEL = 'upstream-model';

/** Bytes that are no text in any encoding. */
export const SAMPLE_SOUND = Buffer.from(Array.from({ length: 4_096 }, (_, place) => (place * 89) % 256));

/** What the upstream answers beside chat when nothing else was scripted. */
export function sampleSurfaceAnswer(operation: SurfaceOperation, request: unknown): Answer {
  switch (operation) {
    case 'count-tokens':
      return whole({ input_tokens: 42 });
    case 'embeddings':
      return whole(embeddingsBody(request));
    case 'responses-compact':
      return whole({
        id: 'resp_1',
        object: 'response.compaction',
        created_at: 1_700_000_000,
        output: [{ id: 'cmp_1', type: 'compaction', encrypted_content: 'AAAA' }],
        usage: tokens(11, 4),
      });
    case 'images-generations':
    case 'images-edits':
      return whole({ created: 1_700_000_000, data: [{ b64_json: 'AAAA' }], usage: tokens(7, 100) });
    case 'audio-speech':
      return { type: 'whole', headers: { 'content-type': 'audio/mpeg' }, body: SAMPLE_SOUND };
    case 'audio-transcriptions':
      return whole({ text: 'Hello from upstream.', usage: { type: 'tokens', ...tokens(14, 5) } });
    case 'rerank':
      return whole({
        id: 'rerank',
        model: MODEL,
        results: [{ index: 1, relevance_score: 0.9 }],
        usage: { total_tokens: 12 },
      });
    case 'moderations':
      return whole({ id: 'modr-1', model: MODEL, results: [{ flagged: false, categories: {}, category_scores: {} }] });
    case 'completions':
      return whole({
        id: 'cmpl-1',
        object: 'text_completion',
        created: 1_700_000_000,
        model: MODEL,
        choices: [{ index: 0, text: ' between', logprobs: null, finish_reason: 'stop' }],
        usage: { prompt_tokens: 6, completion_tokens: 1, total_tokens: 7 },
      });
  }
}

function whole(body: Readonly<Record<string, unknown>>): WholeAnswer {
  return { type: 'whole', body };
}

function tokens(input: number, output: number) {
  return { input_tokens: input, output_tokens: output, total_tokens: input + output };
}

/** In base64 where asked so, as the SDKs ask unless told otherwise. */
function embeddingsBody(request: unknown): Readonly<Record<string, unknown>> {
  const vector = new Float32Array([0.25, -0.5, 1]);
  const isBase64 = isRecord(request) && request['encoding_format'] === 'base64';
  const embedding = isBase64 ? Buffer.from(vector.buffer).toString('base64') : [...vector];
  return {
    object: 'list',
    model: MODEL,
    data: [{ object: 'embedding', index: 0, embedding }],
    usage: { prompt_tokens: 8, total_tokens: 8 },
  };
}
