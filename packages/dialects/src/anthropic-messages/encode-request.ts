import type { CanonicalRequest, ResponseFormat, Warning } from '@switchyard/canonical';

import type { EncodeRequestOptions, JsonObject, WithWarnings } from '../dialect.js';
import { foreignFieldWarnings, ownFields } from '../extensions/extensions.js';
import { refuseServerState } from '../extensions/refuse-server-state.js';
import { isJsonObject } from '../json/json-object.js';
import { encodeToolNames } from '../tool-names/tool-names.js';
import { ANTHROPIC } from './decode-content.js';
import { encodeMessages } from './encode-messages.js';
import { modelTraits } from './model-traits.js';
import { encodeSampling } from './sampling.js';
import { planThinking, type ThinkingPlan } from './thinking.js';
import { encodeToolChoice, encodeTools, TOOL_NAMES } from './tools.js';

export function encodeRequest(given: CanonicalRequest, options: EncodeRequestOptions): WithWarnings<JsonObject> {
  refuseServerState(given, ANTHROPIC);
  const request = encodeToolNames(given, TOOL_NAMES);
  const warnings: Warning[] = foreignFieldWarnings(ANTHROPIC, request.extensions, '');
  const own = ownFields(ANTHROPIC, request.extensions);
  const traits = modelTraits(options.model);
  const { defaultMaxOutputTokens, thinking: limits } = options;
  const { system, messages } = encodeMessages(request.messages, warnings);
  const plan = planThinking(request, { traits, defaultMaxOutputTokens, limits }, warnings);
  const tools = encodeTools(request.tools, warnings);
  const toolChoice = encodeToolChoice(request, { hasTools: tools.length > 0, thinks: plan.thinks }, warnings);
  const value: JsonObject = {
    ...own,
    model: options.model,
    max_tokens: plan.maxTokens,
    ...(system.length === 0 ? {} : { system }),
    messages,
    ...(tools.length === 0 ? {} : { tools }),
    ...(toolChoice === undefined ? {} : { tool_choice: toolChoice }),
    ...(plan.thinking === undefined ? {} : { thinking: { ...objectAt(own, 'thinking'), ...plan.thinking } }),
    ...encodeOutputConfig(request, plan, warnings),
    ...encodeSampling(request, { traits, thinks: plan.thinks }, warnings),
    ...encodeStopSequences(request, warnings),
    ...encodeMetadata(request, warnings),
    ...encodeServiceTier(request, warnings),
    ...(request.stream ? { stream: true } : {}),
  };
  noteInexpressible(request, warnings);
  return { value, warnings };
}

function objectAt(object: JsonObject, key: string): JsonObject {
  const value = object[key];
  return isJsonObject(value) ? value : {};
}

function encodeOutputConfig(request: CanonicalRequest, plan: ThinkingPlan, warnings: Warning[]): JsonObject {
  const format = encodeResponseFormat(request.responseFormat, warnings);
  const config = {
    ...objectAt(ownFields(ANTHROPIC, request.extensions), 'output_config'),
    ...(plan.effort === undefined ? {} : { effort: plan.effort }),
    ...(format === undefined ? {} : { format }),
  };
  return Object.keys(config).length === 0 ? {} : { output_config: config };
}

/**
 * Structured outputs. The schema always holds there, so `strict` is not carried; `name` is a label without effect.
 * (Claude platform documentation, structured outputs)
 */
function encodeResponseFormat(format: ResponseFormat | undefined, warnings: Warning[]): JsonObject | undefined {
  switch (format?.type) {
    case undefined:
    case 'text':
      return undefined;
    case 'json-object': {
      const reason = 'anthropic-messages guarantees JSON only for a schema';
      warnings.push({ type: 'dropped', field: 'responseFormat', reason });
      return undefined;
    }
    case 'json-schema':
      if (format.name !== undefined) {
        const reason = 'anthropic-messages has no names of schemas; it is a label without effect';
        warnings.push({ type: 'approximated', field: 'responseFormat.name', reason });
      }
      if (format.description !== undefined) {
        const reason = 'anthropic-messages has no description of a schema beside the schema';
        warnings.push({ type: 'dropped', field: 'responseFormat.description', reason });
      }
      return { type: 'json_schema', schema: format.schema };
  }
}

/** White space alone is refused. (Messages API reference, stop_sequences) */
function encodeStopSequences({ stopSequences }: CanonicalRequest, warnings: Warning[]): JsonObject {
  if (stopSequences === undefined) return {};
  const kept = stopSequences.filter((sequence) => sequence.trim() !== '');
  if (kept.length < stopSequences.length) {
    warnings.push({
      type: 'dropped',
      field: 'stopSequences',
      reason: 'anthropic-messages takes no stop sequence of white space',
    });
  }
  return kept.length === 0 ? {} : { stop_sequences: kept };
}

function encodeMetadata({ userId, metadata, extensions }: CanonicalRequest, warnings: Warning[]): JsonObject {
  for (const key of Object.keys(metadata ?? {})) {
    warnings.push({ type: 'dropped', field: `metadata.${key}`, reason: 'anthropic-messages keeps only the user id' });
  }
  const encoded = {
    ...objectAt(ownFields(ANTHROPIC, extensions), 'metadata'),
    ...(userId === undefined ? {} : { user_id: userId }),
  };
  return Object.keys(encoded).length === 0 ? {} : { metadata: encoded };
}

function encodeServiceTier({ serviceTier }: CanonicalRequest, warnings: Warning[]): JsonObject {
  if (serviceTier === undefined) return {};
  if (serviceTier === 'auto' || serviceTier === 'standard_only') return { service_tier: serviceTier };
  if (serviceTier === 'default' || serviceTier === 'standard') {
    warnings.push({ type: 'approximated', field: 'serviceTier', reason: `${serviceTier} became standard_only` });
    return { service_tier: 'standard_only' };
  }
  const reason = `anthropic-messages has no tier ${serviceTier}`;
  warnings.push({ type: 'dropped', field: 'serviceTier', reason });
  return {};
}

function noteInexpressible(request: CanonicalRequest, warnings: Warning[]): void {
  const asked: readonly (readonly [string, boolean])[] = [
    ['choiceCount', (request.choiceCount ?? 1) > 1],
    ['seed', request.seed !== undefined],
    ['frequencyPenalty', Boolean(request.frequencyPenalty)],
    ['presencePenalty', Boolean(request.presencePenalty)],
    ['logprobs', request.logprobs !== undefined],
  ];
  for (const [field, isAsked] of asked) {
    if (isAsked) warnings.push({ type: 'dropped', field, reason: 'anthropic-messages has no such field' });
  }
  if (request.reasoningSummary !== undefined) {
    const reason = 'anthropic-messages decides itself how thinking is summarised';
    warnings.push({ type: 'approximated', field: 'reasoningSummary', reason });
  }
}
