import { assertNever, type CanonicalRequest, type ResponseFormat } from '@switchyard/canonical';

import type { EncodeRequestOptions, JsonObject, WithWarnings } from '../dialect.js';
import { ownFields } from '../extensions/extensions.js';
import { refuseServerState } from '../extensions/refuse-server-state.js';
import { shareOpenaiFields } from '../extensions/share-openai-fields.js';
import { compact } from '../json/json-object.js';
import { encodeUser } from '../openai-user/encode-user.js';
import { encodeToolNames } from '../tool-names/tool-names.js';
import { placeFreeformCalls } from './custom-calls.js';
import { encodeMessages } from './encode-messages.js';
import { LossLog } from '../losses/loss-log.js';
import { withFields } from '../extensions/merge-fields.js';
import { encodeReasoningEffort, fitReasoning } from './reasoning-effort.js';
import { encodeTools, TOOL_NAMES } from './tools.js';

/**
 * A request as a chat completion body. Streams ask for usage, since the gateway meters by it, unless the client speaks
 * this dialect and did not: it would get a chunk without choices that it does not expect.
 */
export function encodeRequest(given: CanonicalRequest, options: EncodeRequestOptions): WithWarnings<JsonObject> {
  refuseServerState(given, 'openai-chat');
  const named = encodeToolNames(given, TOOL_NAMES);
  const request = { ...named, extensions: shareOpenaiFields('openai-chat', given.extensions) };
  const log = new LossLog('openai-chat');
  log.foreignFields(request.extensions, '');
  noteInexpressible(request, log);
  const reasoning = fitReasoning(request.reasoning, options.thinking, log);
  const fields = compact({
    model: options.model,
    messages: encodeMessages(placeFreeformCalls(request, options.model), log),
    ...(request.stream && { stream: true, stream_options: { include_usage: request.includeUsage ?? true } }),
    ...encodeTools(request, options, log),
    [ceilingField(options.model)]: request.maxOutputTokens,
    ...encodeSampling(request),
    reasoning_effort: reasoning && encodeReasoningEffort(reasoning, log),
    response_format: request.responseFormat && encodeResponseFormat(request.responseFormat),
    user: request.userId && encodeUser(request.userId, log),
    metadata: request.metadata,
    service_tier: request.serviceTier && encodeServiceTier(request.serviceTier, log),
  });
  return { value: withFields(fields, ownFields('openai-chat', request.extensions)), warnings: log.warnings };
}

function noteInexpressible(request: CanonicalRequest, log: LossLog): void {
  if (request.topK !== undefined) log.dropped('topK', 'openai-chat has no top_k');
  if (request.reasoningSummary !== undefined) {
    log.approximated('reasoningSummary', 'openai-chat shows reasoning the way its vendor does');
  }
  if (request.includeReasoningProof) {
    log.approximated('includeReasoningProof', 'openai-chat proves no reasoning; its text is handed back instead');
  }
}

/**
 * OpenAI's reasoning models refuse `max_tokens`; many compatible vendors know nothing else. (OpenAI API reference,
 * max_completion_tokens)
 */
function ceilingField(model: string): 'max_tokens' | 'max_completion_tokens' {
  return /^(o\d|gpt-5)/.test(model) ? 'max_completion_tokens' : 'max_tokens';
}

function encodeSampling(request: CanonicalRequest): JsonObject {
  return {
    temperature: request.temperature,
    top_p: request.topP,
    stop: request.stopSequences,
    seed: request.seed,
    frequency_penalty: request.frequencyPenalty,
    presence_penalty: request.presencePenalty,
    n: request.choiceCount,
    ...(request.logprobs && { logprobs: true, top_logprobs: request.logprobs.top }),
  };
}

function encodeResponseFormat(format: ResponseFormat): JsonObject {
  switch (format.type) {
    case 'text':
      return { type: 'text' };
    case 'json-object':
      return { type: 'json_object' };
    case 'json-schema': {
      const { name = 'answer', description, schema, strict } = format;
      return { type: 'json_schema', json_schema: compact({ name, description, schema, strict }) };
    }
    default:
      return assertNever(format);
  }
}

/** Anthropic's `standard_only` and Gemini's `standard` are what OpenAI calls `default`: no priority capacity. */
function encodeServiceTier(tier: string, log: LossLog): string {
  if (tier !== 'standard_only' && tier !== 'standard') return tier;
  log.approximated('serviceTier', `${tier} became default`);
  return 'default';
}
