import type { CanonicalRequest, ResponseFormat } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { compact, restOf } from '../json/json-object.js';
import type { LossLog } from '../losses/loss-log.js';
import { decodeObjectSchema } from './decode-schema.js';
import type { ModelTraits } from './model-traits.js';
import { projectSchema } from './project-schema.js';
import { decodeThinking, encodeThinking } from './thinking.js';
import type { WireGenerationConfig } from './wire-request.js';

/** Google takes five. (Gemini API reference, GenerationConfig) */
const MAX_STOP_SEQUENCES = 5;

export interface DecodedGenerationConfig {
  readonly fields: Partial<CanonicalRequest>;
  /** What the canonical form has no place for. */
  readonly rest: JsonObject | undefined;
}

export function decodeGenerationConfig(config: WireGenerationConfig | null | undefined): DecodedGenerationConfig {
  if (!config) return { fields: {}, rest: undefined };
  const { temperature, topP, topK, maxOutputTokens, stopSequences, candidateCount, seed, ...others } = config;
  const { presencePenalty, frequencyPenalty, responseLogprobs, logprobs, thinkingConfig, ...more } = others;
  const { responseMimeType, responseSchema, responseJsonSchema, ...rest } = more;
  const { reasoning, rest: thinkingRest } = decodeThinking(thinkingConfig);
  const responseFormat = decodeResponseFormat(more);
  const fields = {
    temperature: temperature ?? undefined,
    topP: topP ?? undefined,
    topK: topK ?? undefined,
    maxOutputTokens: maxOutputTokens ?? undefined,
    stopSequences: stopSequences ?? undefined,
    choiceCount: candidateCount ?? undefined,
    seed: seed ?? undefined,
    presencePenalty: presencePenalty ?? undefined,
    frequencyPenalty: frequencyPenalty ?? undefined,
    logprobs: responseLogprobs ? compact({ top: logprobs ?? undefined }) : undefined,
    reasoning,
    responseFormat,
  };
  const unread = responseFormat === undefined ? { responseMimeType, responseSchema, responseJsonSchema } : {};
  return { fields, rest: restOf({ ...rest, ...unread, thinkingConfig: thinkingRest }, []) };
}

/** Undefined for a type that only this dialect knows, such as `text/x.enum`. */
function decodeResponseFormat(config: WireGenerationConfig): ResponseFormat | undefined {
  const { responseMimeType, responseSchema, responseJsonSchema } = config;
  if (responseMimeType !== 'application/json') return responseMimeType === 'text/plain' ? { type: 'text' } : undefined;
  const schema = responseJsonSchema ?? (responseSchema ? decodeObjectSchema(responseSchema) : undefined);
  return schema ? { type: 'json-schema', schema } : { type: 'json-object' };
}

export function encodeGenerationConfig(request: CanonicalRequest, traits: ModelTraits, log: LossLog): JsonObject {
  return compact({
    temperature: request.temperature,
    topP: request.topP,
    topK: request.topK,
    maxOutputTokens: request.maxOutputTokens,
    stopSequences: encodeStopSequences(request.stopSequences, log),
    candidateCount: request.choiceCount,
    seed: request.seed,
    presencePenalty: request.presencePenalty,
    frequencyPenalty: request.frequencyPenalty,
    responseLogprobs: request.logprobs === undefined ? undefined : true,
    logprobs: request.logprobs?.top,
    ...encodeResponseFormat(request.responseFormat, log),
    thinkingConfig: encodeThinking(request.reasoning, traits, log),
  });
}

function encodeStopSequences(sequences: readonly string[] | undefined, log: LossLog): readonly string[] | undefined {
  if (sequences === undefined || sequences.length <= MAX_STOP_SEQUENCES) return sequences;
  log.dropped('stopSequences', `gemini takes ${MAX_STOP_SEQUENCES} stop sequences; the others are left out`);
  return sequences.slice(0, MAX_STOP_SEQUENCES);
}

/** The schema always holds, so `strict` is not carried; a schema's name is a label without effect. */
function encodeResponseFormat(format: ResponseFormat | undefined, log: LossLog): JsonObject {
  switch (format?.type) {
    case undefined:
    case 'text':
      return {};
    case 'json-object':
      return { responseMimeType: 'application/json' };
    case 'json-schema': {
      const { name, description, schema } = format;
      if (name !== undefined) {
        log.approximated('responseFormat.name', 'gemini has no names of schemas; it is a label without effect');
      }
      const noteHint = () =>
        log.approximatedOnce('responseFormat.schema', 'what gemini has no keyword for became a description');
      const described = description === undefined ? schema : { description, ...schema };
      return { responseMimeType: 'application/json', responseJsonSchema: projectSchema(described, noteHint) };
    }
  }
}
