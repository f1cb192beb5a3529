import type { CanonicalRequest, Message, ResponseFormat } from '@switchyard/canonical';

import type { JsonObject, WithWarnings } from '../dialect.js';
import { extensionsOf } from '../extensions/extensions.js';
import { compact, isJsonObject, restOf } from '../json/json-object.js';
import { stringOf } from '../json/read-json.js';
import { decodeReasoningEffort } from '../openai-chat/reasoning-effort.js';
import { parseWire } from '../openai-chat/wire-request.js';
import { decodeMessages } from './decode-messages.js';
import { RESPONSES } from './reasoning-proof.js';
import { decodeTools, decodeToolChoice } from './tools.js';
import { wireRequest, type WireRequest } from './wire-request.js';

const INCLUDE_PROOF = 'reasoning.encrypted_content';
const INCLUDE_LOGPROBS = 'message.output_text.logprobs';

/**
 * A Responses request in neutral form. Nothing is lost: what the canonical form has no place for is kept as extensions.
 *
 * @throws GatewayError `invalid_request` that names the parameter at fault.
 */
export function decodeRequest(body: unknown): WithWarnings<CanonicalRequest> {
  const wire = parseWire(wireRequest, body);
  const value: CanonicalRequest = compact({
    model: wire.model,
    stream: wire.stream ?? false,
    messages: [...decodeInstructions(wire.instructions), ...decodeInput(wire.input)],
    tools: decodeTools(wire.tools ?? []),
    toolChoice: decodeToolChoice(wire.tool_choice),
    parallelToolCalls: wire.parallel_tool_calls ?? undefined,
    maxOutputTokens: wire.max_output_tokens ?? undefined,
    temperature: wire.temperature ?? undefined,
    topP: wire.top_p ?? undefined,
    logprobs: decodeLogprobs(wire),
    reasoning: wire.reasoning?.effort ? decodeReasoningEffort(wire.reasoning.effort) : undefined,
    reasoningSummary: wire.reasoning?.summary ?? undefined,
    includeReasoningProof: wire.include?.includes(INCLUDE_PROOF) || undefined,
    responseFormat: decodeFormat(wire.text?.format),
    userId: wire.user ?? undefined,
    metadata: wire.metadata ?? undefined,
    serviceTier: wire.service_tier ?? undefined,
    // Unlike everywhere else, what is not said here means yes. (OpenAI API reference, Create a response, store)
    store: wire.store ?? true,
    serverState: serverState(wire),
    extensions: extensionsOf(RESPONSES, unknownFields(wire)),
  });
  return { value, warnings: [] };
}

function decodeInstructions(instructions: string | null | undefined): Message[] {
  return instructions ? [{ role: 'system', content: [{ type: 'text', text: instructions }] }] : [];
}

function decodeInput(input: WireRequest['input']): Message[] {
  if (typeof input === 'string') return [{ role: 'user', content: [{ type: 'text', text: input }] }];
  return decodeMessages(input ?? []);
}

function decodeLogprobs(wire: WireRequest): CanonicalRequest['logprobs'] {
  const top = wire.top_logprobs ?? 0;
  if (top === 0 && !wire.include?.includes(INCLUDE_LOGPROBS)) return undefined;
  return compact({ top: wire.top_logprobs ?? undefined });
}

function decodeFormat(format: JsonObject | null | undefined): ResponseFormat | undefined {
  switch (format?.['type']) {
    case 'text':
      return { type: 'text' };
    case 'json_object':
      return { type: 'json-object' };
    case 'json_schema': {
      const { schema, strict } = format;
      return compact({
        type: 'json-schema' as const,
        name: stringOf(format['name']),
        description: stringOf(format['description']),
        schema: isJsonObject(schema) ? schema : {},
        strict: typeof strict === 'boolean' ? strict : undefined,
      });
    }
    default:
      return undefined;
  }
}

/** What the request points to and does not hold. `background` is of the kind: its answer is fetched from the server later. */
function serverState(wire: WireRequest): readonly string[] | undefined {
  const fields = ['previous_response_id', 'conversation', 'prompt'].filter((field) => Boolean(wire[field]));
  const items = typeof wire.input === 'string' ? [] : (wire.input ?? []);
  const references = items.flatMap((item, index) => (item.type === 'item_reference' ? [`input[${index}]`] : []));
  const asked = [...(wire.store === true ? ['store'] : []), ...(wire['background'] === true ? ['background'] : [])];
  const all = [...fields, ...references, ...asked];
  return all.length > 0 ? all : undefined;
}

const KNOWN_FIELDS = Object.keys(wireRequest.shape);

/** The fields without a canonical place, and those whose value only this dialect understands. */
function unknownFields(wire: WireRequest): JsonObject | undefined {
  const { tool_choice, reasoning, text, include, truncation } = wire;
  const others = (include ?? []).filter((word) => word !== INCLUDE_PROOF && word !== INCLUDE_LOGPROBS);
  const isEffortKnown = !reasoning?.effort || decodeReasoningEffort(reasoning.effort) !== undefined;
  const background = wire['background'] === true ? true : undefined;
  return restOf(
    {
      ...restOf(wire, KNOWN_FIELDS),
      background,
      tool_choice: decodeToolChoice(tool_choice) ? undefined : tool_choice,
      reasoning: restOf(reasoning ?? {}, isEffortKnown ? ['effort', 'summary'] : ['summary']),
      text: restOf(text ?? {}, decodeFormat(text?.format) ? ['format'] : []),
      include: others.length > 0 ? others : undefined,
      truncation: truncation === 'disabled' ? undefined : truncation,
    },
    [],
  );
}
