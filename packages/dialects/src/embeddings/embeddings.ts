import type { DialectId } from '@switchyard/canonical';

import type { JsonObject, WithWarnings } from '../dialect.js';
import { geminiEmbeddings } from './gemini.js';
import { openaiEmbeddings } from './openai.js';

/** What a client wants vectors of. */
export interface EmbeddingsRequest {
  readonly texts: readonly string[];
  /** How many numbers each vector is to have. */
  readonly dimensions?: number | undefined;
  /** How the client wants its answer; no business of the upstream. */
  readonly answer: EmbeddingsAnswerShape;
}

export type EmbeddingsAnswerShape =
  | { readonly type: 'floats' }
  | { readonly type: 'base64' }
  /** One vector instead of a list. */
  | { readonly type: 'single' };

export interface EmbeddingsResponse {
  /** In the order of the texts. */
  readonly vectors: readonly (readonly number[])[];
  /** Undefined where the provider tells none. */
  readonly inputTokens?: number | undefined;
}

/** How a family of providers asks for embeddings. */
export interface EmbeddingsLanguage {
  readonly id: 'openai' | 'gemini';
  /** @throws GatewayError `invalid_request`, or `untranslatable_field` for what only its own family can embed. */
  decodeRequest(body: unknown): WithWarnings<EmbeddingsRequest>;
  encodeRequest(request: EmbeddingsRequest, model: string): JsonObject;
  /** @throws GatewayError `upstream_malformed` when the body is no such answer. */
  decodeResponse(body: unknown): EmbeddingsResponse;
  encodeResponse(response: EmbeddingsResponse, options: EncodeEmbeddingsOptions): JsonObject;
}

export interface EncodeEmbeddingsOptions {
  /** The model name the client is to see. */
  readonly model: string;
  readonly shape: EmbeddingsAnswerShape;
}

/** The language of embeddings that belongs to a dialect: Gemini has its own, all others share OpenAI's. */
export function embeddingsOf(dialect: DialectId): EmbeddingsLanguage {
  return dialect === 'gemini' ? geminiEmbeddings : openaiEmbeddings;
}
