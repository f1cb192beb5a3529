import type { CanonicalRequest, ResponseFormat } from '@switchyard/canonical';

import type { JsonObject, WithWarnings } from '../dialect.js';
import { extensionsOf } from '../extensions/extensions.js';
import { compact, restOf } from '../json/json-object.js';
import { decodeMessages } from './decode-messages.js';
import { decodeReasoningEffort } from './reasoning-effort.js';
import { decodeToolChoice, decodeTools } from './tools.js';
import { parseWire, wireRequest, type WireRequest } from './wire-request.js';

/**
 * A chat completion request in neutral form. Nothing is lost: what the canonical form has no place for is kept as
 * extensions.
 *
 * @throws GatewayError `invalid_request` that names the parameter at fault.
 */
export function decodeRequest(body: unknown): WithWarnings<CanonicalRequest> {
  const wire = parseWire(wireRequest, body);
  const value: CanonicalRequest = compact({
    model: wire.model,
    stream: wire.stream ?? false,
    messages: decodeMessages(wire.messages),
    tools: decodeTools(wire),
    toolChoice: decodeToolChoice(wire.tool_choice),
    parallelToolCalls: wire.parallel_tool_calls ?? undefined,
    ...decodeSampling(wire),
    reasoning: wire.reasoning_effort ? decodeReasoningEffort(wire.reasoning_effort) : undefined,
    responseFormat: decodeResponseFormat(wire.response_format),
    userId: wire.user ?? undefined,
    metadata: wire.metadata ?? undefined,
    serviceTier: wire.service_tier ?? undefined,
    includeUsage: wire.stream ? (wire.stream_options?.include_usage ?? false) : undefined,
    extensions: extensionsOf('openai-chat', unknownFields(wire)),
  });
  return { value, warnings: [] };
}

function decodeSampling(wire: WireRequest) {
  const stops = typeof wire.stop === 'string' ? [wire.stop] : wire.stop;
  return {
    maxOutputTokens: wire.max_completion_tokens ?? wire.max_tokens ?? undefined,
    temperature: wire.temperature ?? undefined,
    topP: wire.top_p ?? undefined,
    stopSequences: stops && stops.length > 0 ? stops : undefined,
    seed: wire.seed ?? undefined,
    frequencyPenalty: wire.frequency_penalty ?? undefined,
    presencePenalty: wire.presence_penalty ?? undefined,
    choiceCount: wire.n ?? undefined,
    logprobs: wire.logprobs ? compact({ top: wire.top_logprobs ?? undefined }) : undefined,
  };
}

function decodeResponseFormat(format: WireRequest['response_format']): ResponseFormat | undefined {
  switch (format?.type) {
    case 'text':
      return { type: 'text' };
    case 'json_object':
      return { type: 'json-object' };
    case 'json_schema': {
      const { name, description, schema, strict } = format.json_schema ?? {};
      return compact({
        type: 'json-schema' as const,
        name: name ?? undefined,
        description: description ?? undefined,
        schema: schema ?? {},
        strict: strict ?? undefined,
      });
    }
    default:
      return undefined;
  }
}

const KNOWN_FIELDS = Object.keys(wireRequest.shape);

/** The fields without a canonical place, and those whose value only this dialect or one vendor understands. */
function unknownFields(wire: WireRequest): JsonObject | undefined {
  const { reasoning_effort, response_format, tool_choice, stream_options } = wire;
  return restOf(
    {
      ...restOf(wire, KNOWN_FIELDS),
      reasoning_effort: reasoning_effort && decodeReasoningEffort(reasoning_effort) ? undefined : reasoning_effort,
      response_format: decodeResponseFormat(response_format) ? undefined : response_format,
      tool_choice: decodeToolChoice(tool_choice) ? undefined : tool_choice,
      stream_options: restOf(stream_options ?? {}, ['include_usage']),
    },
    [],
  );
}
