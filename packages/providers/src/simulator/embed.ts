import { createHash } from 'node:crypto';

import { countWords } from './answer.js';
import { textsOf, type JsonObject } from './json.js';

const DEFAULT_DIMENSIONS = 256;
const MOST_DIMENSIONS = 4_096;

/** An embeddings answer; undefined when the request has no texts. */
export function embed(request: JsonObject): JsonObject | undefined {
  const texts = textsOf(request['input']);
  if (texts === undefined) return undefined;
  const asked = request['dimensions'];
  const dimensions = typeof asked === 'number' && asked >= 1 ? Math.min(Math.floor(asked), MOST_DIMENSIONS) : undefined;
  const asBase64 = request['encoding_format'] === 'base64';
  const tokens = texts.reduce((sum, text) => sum + countWords(text), 0);
  return {
    object: 'list',
    data: texts.map((text, index) => {
      const vector = embedding(text, dimensions ?? DEFAULT_DIMENSIONS);
      return { object: 'embedding', index, embedding: asBase64 ? base64Of(vector) : [...vector] };
    }),
    model: request['model'],
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

/**
 * A vector of length 1, always the same for a text: the sum of a vector per word, so that texts which share words are
 * near each other.
 */
export function embedding(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [text]) {
    const hash = createHash('shake256', { outputLength: dimensions }).update(word).digest();
    for (const [place, byte] of hash.entries()) vector[place] = (vector[place] ?? 0) + byte - 127.5;
  }
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

/** How near two texts are, from 0 to 1. */
export function similarity(a: string, b: string): number {
  const other = embedding(b, DEFAULT_DIMENSIONS);
  const cosine = embedding(a, DEFAULT_DIMENSIONS).reduce((sum, value, place) => sum + value * (other[place] ?? 0), 0);
  return Math.min(1, Math.max(0, cosine));
}

/** Little-endian floats, as clients expect them. (OpenAI API reference, embeddings, encoding_format) */
function base64Of(vector: Float32Array): string {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [place, value] of vector.entries()) bytes.writeFloatLE(value, place * 4);
  return bytes.toString('base64');
}
