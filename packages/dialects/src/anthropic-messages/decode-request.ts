import type { Block, CanonicalRequest, Message, ResponseFormat } from '@switchyard/canonical';
import { z } from 'zod';

import type { JsonObject, WithWarnings } from '../dialect.js';
import { extensionsOf } from '../extensions/extensions.js';
import { compact, isJsonObject, restOf } from '../json/json-object.js';
import {
  ANTHROPIC,
  content,
  decodeBlock,
  decodeContent,
  opaque,
  readField,
  type ContentBlock,
} from './decode-content.js';
import { decodeThinking, isKnownThinking } from './thinking.js';
import { decodeToolChoice, decodeTools } from './tools.js';

const message = z.looseObject({ role: z.enum(['user', 'assistant', 'system']), content });

/** `max_tokens` may be missing: counting tokens takes the same body without it. */
const requestBody = z.looseObject({
  model: z.string().min(1),
  messages: z.array(message),
  system: content.nullish(),
  max_tokens: z.number().int().nonnegative().nullish(),
  stream: z.boolean().nullish(),
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  top_k: z.number().int().nullish(),
  stop_sequences: z.array(z.string()).nullish(),
  metadata: z.looseObject({ user_id: z.string().nullish() }).nullish(),
  service_tier: z.string().nullish(),
});

const jsonFormat = z.strictObject({ type: z.literal('json_schema'), schema: z.record(z.string(), z.unknown()) });

/** The fields that `decodeRequest` reads whole; what it reads only in part is added to the rest again. */
export const READ_FIELDS = [...Object.keys(requestBody.shape), 'tools', 'tool_choice', 'thinking', 'output_config'];

/** @throws GatewayError `invalid_request` whose `param` is the path of what does not fit. */
export function decodeRequest(body: unknown): WithWarnings<CanonicalRequest> {
  const request = readField(requestBody, body, '');
  const outputConfig = isJsonObject(request['output_config']) ? request['output_config'] : {};
  const tools = decodeTools(request['tools']);
  const choice = decodeToolChoice(request['tool_choice'], tools);
  const reasoning = decodeThinking(request['thinking'], outputConfig['effort']);
  const responseFormat = decodeFormat(outputConfig['format']);
  const value = compact<CanonicalRequest>({
    model: request.model,
    stream: request.stream ?? false,
    messages: [...decodeSystem(request.system), ...request.messages.map(decodeMessage)],
    tools,
    toolChoice: choice?.toolChoice,
    parallelToolCalls: choice?.parallelToolCalls,
    maxOutputTokens: request.max_tokens ?? undefined,
    temperature: request.temperature ?? undefined,
    topP: request.top_p ?? undefined,
    topK: request.top_k ?? undefined,
    stopSequences: request.stop_sequences ?? undefined,
    reasoning,
    returnsReasoning: reasoning !== undefined && reasoning.type !== 'off' ? true : undefined,
    responseFormat,
    userId: request.metadata?.user_id ?? undefined,
    serviceTier: request.service_tier ?? undefined,
    extensions: extensionsOf(ANTHROPIC, {
      ...restOf(request, READ_FIELDS),
      ...(choice === undefined ? kept(request, 'tool_choice') : {}),
      ...rest('metadata', request.metadata, ['user_id']),
      ...rest('thinking', request['thinking'], isKnownThinking(request['thinking']) ? ['type', 'budget_tokens'] : []),
      ...rest('output_config', outputConfig, [
        ...(reasoning?.type === 'effort' ? ['effort'] : []),
        ...(responseFormat === undefined ? [] : ['format']),
      ]),
    }),
  });
  return { value, warnings: [] };
}

/** What stays of an object that was read in part. */
function rest(key: string, value: unknown, read: readonly string[]): JsonObject {
  const left = isJsonObject(value) ? restOf(value, read) : undefined;
  return left === undefined ? {} : { [key]: left };
}

function kept(object: JsonObject, key: string): JsonObject {
  const value = object[key];
  return value === undefined || value === null ? {} : { [key]: value };
}

function decodeSystem(system: z.infer<typeof requestBody>['system']): Message[] {
  if (system === undefined || system === null || system === '' || system.length === 0) return [];
  const isText = typeof system === 'string';
  return [{ role: 'system', content: isText ? decodeContent(system, 'system') : system.map(decodeInstruction) }];
}

/**
 * Claude Code starts its instructions with a line for Anthropic's billing. It says nothing to a model, and differs between
 * conversations, so that elsewhere it would keep the rest of the prompt from being cached: it stays in its own dialect.
 */
function decodeInstruction(block: ContentBlock, index: number): Block {
  const text = block['text'];
  const isBilling = typeof text === 'string' && text.startsWith('x-anthropic-billing-header:');
  return isBilling ? opaque(block) : decodeBlock(block, `system.${index}`);
}

function decodeMessage(turn: z.infer<typeof message>, index: number): Message {
  return compact<Message>({
    role: turn.role,
    content: decodeContent(turn.content, `messages.${index}.content`),
    extensions: extensionsOf(ANTHROPIC, restOf(turn, ['role', 'content'])),
  });
}

function decodeFormat(value: unknown): ResponseFormat | undefined {
  const parsed = jsonFormat.safeParse(value);
  return parsed.success ? { type: 'json-schema', schema: parsed.data.schema } : undefined;
}
