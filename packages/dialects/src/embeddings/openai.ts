import { GatewayError } from '@switchyard/canonical';
import { z } from 'zod';

import type { JsonObject, WithWarnings } from '../dialect.js';
import { compact, restOf } from '../json/json-object.js';
import { countOf, objectOf } from '../json/read-json.js';
import { parseWire } from '../openai-chat/wire-request.js';
import { decodeBase64Floats, encodeBase64Floats } from './base64-floats.js';
import type {
  EmbeddingsLanguage,
  EmbeddingsRequest,
  EmbeddingsResponse,
  EncodeEmbeddingsOptions,
} from './embeddings.js';
import { dropped, malformed, numbersOf } from './wire-values.js';

const wireEmbeddings = z.looseObject({
  input: z.union([
    z.string(),
    z.array(z.string()).min(1),
    z.array(z.number()).min(1),
    z.array(z.array(z.number())).min(1),
  ]),
  dimensions: z.int().positive().nullish(),
  encoding_format: z.enum(['float', 'base64']).nullish(),
});

const READ_FIELDS = ['model', 'input', 'dimensions', 'encoding_format'];

/** `/v1/embeddings`. (OpenAI API reference, create embeddings) */
export const openaiEmbeddings: EmbeddingsLanguage = {
  id: 'openai',
  decodeRequest,
  encodeRequest: ({ texts, dimensions }, model) => compact({ model, input: texts, dimensions }),
  decodeResponse,
  encodeResponse,
};

function decodeRequest(body: unknown): WithWarnings<EmbeddingsRequest> {
  const wire = parseWire(wireEmbeddings, body);
  const value: EmbeddingsRequest = compact({
    texts: textsOf(wire.input),
    dimensions: wire.dimensions ?? undefined,
    answer: { type: wire.encoding_format === 'base64' ? 'base64' : 'floats' },
  });
  return { value, warnings: dropped(Object.keys(restOf(wire, READ_FIELDS) ?? {})) };
}

function textsOf(input: z.infer<typeof wireEmbeddings>['input']): readonly string[] {
  const texts = typeof input === 'string' ? [input] : input.filter((item) => typeof item === 'string');
  if (typeof input === 'string' || texts.length === input.length) return texts;
  const message = '`input` holds token ids, which mean something to one vendor’s models only: send texts';
  throw new GatewayError('untranslatable_field', message, { param: 'input' });
}

function decodeResponse(body: unknown): EmbeddingsResponse {
  const { data, usage } = objectOf(body);
  if (!Array.isArray(data)) throw malformed('`data`');
  const items = data.map((item, place) => decodeItem(item, place)).toSorted((a, b) => a.index - b.index);
  const { prompt_tokens: prompt, total_tokens: total } = objectOf(usage);
  return { vectors: items.map(({ vector }) => vector), inputTokens: countOf(prompt) ?? countOf(total) };
}

/** Base64 is what some servers answer whether asked for it or not. */
function decodeItem(item: unknown, place: number): { readonly index: number; readonly vector: readonly number[] } {
  const { embedding, index } = objectOf(item);
  const vector = typeof embedding === 'string' ? decodeBase64Floats(embedding) : numbersOf(embedding);
  if (vector === undefined) throw malformed(`\`data[${place}].embedding\``);
  return { index: countOf(index) ?? place, vector };
}

/** The usage is not optional there: 0 where the provider told none. */
function encodeResponse(response: EmbeddingsResponse, { model, shape }: EncodeEmbeddingsOptions): JsonObject {
  const tokens = response.inputTokens ?? 0;
  return {
    object: 'list',
    data: response.vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: shape.type === 'base64' ? encodeBase64Floats(vector) : vector,
    })),
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}
