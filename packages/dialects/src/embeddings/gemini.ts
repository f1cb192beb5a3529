import { GatewayError, type Warning } from '@switchyard/canonical';
import { z } from 'zod';

import type { JsonObject, WithWarnings } from '../dialect.js';
import { wireObject } from '../gemini/wire-request.js';
import { compact, restOf } from '../json/json-object.js';
import { countOf, objectOf } from '../json/read-json.js';
import { parseWire } from '../openai-chat/wire-request.js';
import type {
  EmbeddingsLanguage,
  EmbeddingsRequest,
  EmbeddingsResponse,
  EncodeEmbeddingsOptions,
} from './embeddings.js';
import { dropped, malformed, numbersOf } from './wire-values.js';

const embedRequest = wireObject({
  content: wireObject({ parts: z.array(wireObject({ text: z.string().nullish() })).min(1) }),
  outputDimensionality: z.int().positive().nullish(),
});
const batchRequest = wireObject({ requests: z.array(embedRequest).min(1) });

type EmbedRequest = z.infer<typeof embedRequest>;

const READ_FIELDS = ['model', 'content', 'outputDimensionality'];

/**
 * `embedContent` and `batchEmbedContents`; a body with `requests` is a batch. Upstreams are always asked for a batch.
 * (Gemini API reference, embeddings)
 */
export const geminiEmbeddings: EmbeddingsLanguage = {
  id: 'gemini',
  decodeRequest,
  encodeRequest,
  decodeResponse,
  encodeResponse,
};

/** Whether a body asks for the vectors of several contents. */
export function isBatch(body: unknown): boolean {
  return objectOf(body)['requests'] !== undefined;
}

function decodeRequest(body: unknown): WithWarnings<EmbeddingsRequest> {
  const many = isBatch(body);
  const requests = many ? parseWire(batchRequest, body).requests : [parseWire(embedRequest, body)];
  const value: EmbeddingsRequest = compact({
    texts: requests.map((request, place) => textOf(request, many ? `requests[${place}].content` : 'content')),
    dimensions: dimensionsOf(requests),
    answer: { type: many ? 'floats' : 'single' },
  });
  return { value, warnings: lossesOf(requests, many ? 'requests[].' : '') };
}

function lossesOf(requests: readonly EmbedRequest[], path: string): readonly Warning[] {
  return dropped(
    requests.flatMap((request) => Object.keys(restOf(request, READ_FIELDS) ?? {})).map((key) => path + key),
  );
}

/** The parts of a content have one vector together, so they are one text. */
function textOf({ content }: EmbedRequest, path: string): string {
  const texts = content.parts.map(({ text }, place) => {
    if (typeof text === 'string') return text;
    const param = `${path}.parts[${place}]`;
    throw new GatewayError('untranslatable_field', `\`${param}\` is no text, and only texts can be embedded there`, {
      param,
    });
  });
  return texts.join('\n');
}

function dimensionsOf(requests: readonly EmbedRequest[]): number | undefined {
  const [first, ...others] = new Set(requests.map(({ outputDimensionality }) => outputDimensionality ?? undefined));
  if (others.length === 0) return first;
  const message =
    '`outputDimensionality` differs among the requests, and the provider takes one for all: send them apart';
  throw new GatewayError('untranslatable_field', message, { param: 'requests[].outputDimensionality' });
}

function encodeRequest({ texts, dimensions }: EmbeddingsRequest, model: string): JsonObject {
  const requests = texts.map((text) =>
    compact({ model: `models/${model}`, content: { parts: [{ text }] }, outputDimensionality: dimensions }),
  );
  return { requests };
}

function decodeResponse(body: unknown): EmbeddingsResponse {
  const { embeddings, usageMetadata } = objectOf(body);
  if (!Array.isArray(embeddings)) throw malformed('`embeddings`');
  const vectors = embeddings.map((embedding, place) => {
    const vector = numbersOf(objectOf(embedding)['values']);
    if (vector === undefined) throw malformed(`\`embeddings[${place}].values\``);
    return vector;
  });
  return { vectors, inputTokens: countOf(objectOf(usageMetadata)['promptTokenCount']) };
}

function encodeResponse({ vectors, inputTokens }: EmbeddingsResponse, { shape }: EncodeEmbeddingsOptions): JsonObject {
  const [first = []] = vectors;
  const usage = inputTokens === undefined ? {} : { usageMetadata: { promptTokenCount: inputTokens } };
  if (shape.type === 'single') return { embedding: { values: first }, ...usage };
  return { embeddings: vectors.map((values) => ({ values })), ...usage };
}
