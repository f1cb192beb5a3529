import { assertNever, type CanonicalRequest, type ResponseFormat, type Tool } from '@switchyard/canonical';

import type { EncodeRequestOptions, JsonObject, WithWarnings } from '../dialect.js';
import { ownFields } from '../extensions/extensions.js';
import { shareOpenaiFields } from '../extensions/share-openai-fields.js';
import { compact } from '../json/json-object.js';
import { objectOf } from '../json/read-json.js';
import { LossLog } from '../losses/loss-log.js';
import { withFields } from '../extensions/merge-fields.js';
import { encodeReasoningEffort, fitReasoning } from '../openai-chat/reasoning-effort.js';
import { TOOL_NAMES } from '../openai-chat/tools.js';
import { encodeUser } from '../openai-user/encode-user.js';
import { encodeToolNames } from '../tool-names/tool-names.js';
import { encodeInput } from './encode-messages.js';
import { RESPONSES } from './reasoning-proof.js';
import { encodeTools } from './tools.js';

/** The least ceiling the API takes. (OpenAI API reference, Create a response, max_output_tokens) */
const MIN_OUTPUT_TOKENS = 16;

/**
 * A request as a body of the Responses API. The conversation stands last, so that one more turn leaves the bytes before it
 * as they were.
 */
export function encodeRequest(given: CanonicalRequest, options: EncodeRequestOptions): WithWarnings<JsonObject> {
  return encodeFields(encodeToolNames(given, TOOL_NAMES), options);
}

function encodeFields(given: CanonicalRequest, options: EncodeRequestOptions): WithWarnings<JsonObject> {
  const request = { ...given, extensions: shareOpenaiFields(RESPONSES, given.extensions) };
  const log = new LossLog(RESPONSES);
  log.foreignFields(request.extensions, '');
  noteInexpressible(request, log);
  const own = ownFields(RESPONSES, request.extensions);
  const { instructions, input } = encodeInput(request.messages, log);
  const reasoning = encodeReasoning(request, options, log);
  const fields = compact({
    model: options.model,
    ...(request.stream && { stream: true }),
    store: request.store ?? false,
    instructions,
    ...encodeTools(request, log),
    max_output_tokens: encodeCeiling(request.maxOutputTokens, log),
    temperature: request.temperature,
    top_p: request.topP,
    top_logprobs: request.logprobs?.top,
    include: encodeInclude(request, reasoning?.['effort'], own['include']),
    reasoning,
    text: encodeText(request.responseFormat),
    user: request.userId && encodeUser(request.userId, log),
    metadata: request.metadata,
    service_tier: request.serviceTier && encodeServiceTier(request.serviceTier, log),
  });
  return { value: { ...withFields(fields, own), input }, warnings: log.warnings };
}

function noteInexpressible(request: CanonicalRequest, log: LossLog): void {
  const asked: readonly (readonly [string, boolean])[] = [
    ['stopSequences', (request.stopSequences ?? []).length > 0],
    ['choiceCount', (request.choiceCount ?? 1) > 1],
    ['seed', request.seed !== undefined],
    ['topK', request.topK !== undefined],
    ['frequencyPenalty', Boolean(request.frequencyPenalty)],
    ['presencePenalty', Boolean(request.presencePenalty)],
  ];
  for (const [field, isAsked] of asked) {
    if (isAsked) log.dropped(field, 'openai-responses has no such field');
  }
}

function encodeCeiling(tokens: number | undefined, log: LossLog): number | undefined {
  if (tokens === undefined || tokens >= MIN_OUTPUT_TOKENS) return tokens;
  log.approximated('maxOutputTokens', `openai-responses takes no ceiling under ${MIN_OUTPUT_TOKENS} tokens`);
  return MIN_OUTPUT_TOKENS;
}

/** Models that do not reason refuse to be asked for proofs, so an effort is what tells. */
function encodeInclude(request: CanonicalRequest, effort: unknown, own: unknown): readonly unknown[] | undefined {
  const returns = request.returnsReasoning === true && effort !== undefined && effort !== 'none';
  const include = [
    ...(request.includeReasoningProof || returns ? ['reasoning.encrypted_content'] : []),
    ...(request.logprobs ? ['message.output_text.logprobs'] : []),
    ...(Array.isArray(own) ? own : []),
    ...(request.tools.some(isForeignSearch) ? ['web_search_call.action.sources'] : []),
  ];
  return include.length > 0 ? include : undefined;
}

/** A search that the client asked for in another dialect: in those, what was found comes with it unasked. */
function isForeignSearch(tool: Tool): boolean {
  return tool.type === 'server-tool' && tool.kind === 'web-search' && tool.native.dialect !== RESPONSES;
}

function encodeReasoning(
  request: CanonicalRequest,
  { thinking }: EncodeRequestOptions,
  log: LossLog,
): JsonObject | undefined {
  const wanted = fitReasoning(request.reasoning, thinking, log);
  const effort = wanted && encodeEffort(wanted, log);
  const reasoning = compact({ effort, summary: request.reasoningSummary });
  return Object.keys(reasoning).length > 0 ? reasoning : undefined;
}

/** Unlike Chat Completions this API also has the effort `max`. (OpenAI API reference, ReasoningEffort) */
function encodeEffort(reasoning: NonNullable<CanonicalRequest['reasoning']>, log: LossLog): string | undefined {
  return reasoning.type === 'effort' ? reasoning.effort : encodeReasoningEffort(reasoning, log);
}

function encodeText(format: ResponseFormat | undefined): JsonObject | undefined {
  return format && { format: encodeFormat(format) };
}

function encodeFormat(format: ResponseFormat): JsonObject {
  switch (format.type) {
    case 'text':
      return { type: 'text' };
    case 'json-object':
      return { type: 'json_object' };
    case 'json-schema': {
      const { name = 'answer', description, schema, strict } = format;
      return compact({ type: 'json_schema', name, description, schema, strict });
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

/** The fields of a request that its answer repeats. (OpenAI API reference, Response) */
const REPEATED_FIELDS = [
  'instructions',
  'max_output_tokens',
  'max_tool_calls',
  'metadata',
  'parallel_tool_calls',
  'previous_response_id',
  'prompt_cache_key',
  'reasoning',
  'safety_identifier',
  'temperature',
  'text',
  'tool_choice',
  'tools',
  'top_logprobs',
  'top_p',
  'truncation',
  'user',
];

/** What an answer repeats of its request, with the client's own names of its tools. */
export function repeatedFields(request: CanonicalRequest | undefined): JsonObject {
  if (request === undefined) return {};
  const body = objectOf(encodeFields(request, { model: request.model }).value);
  return Object.fromEntries(REPEATED_FIELDS.filter((key) => key in body).map((key) => [key, body[key]]));
}
