import { GatewayError } from '@switchyard/canonical';
import { z } from 'zod';

// Only the fields we read; everything else is let through and rides as extensions.

/** The mark that aggregators in front of Anthropic understand. A lifetime that is not known means the default. */
export const cacheControl = z.looseObject({ ttl: z.enum(['5m', '1h']).optional().catch(undefined) }).nullish();

const part = z.looseObject({ type: z.string() });
const content = z.union([z.string(), z.array(part)], { error: 'expected a string or an array of content parts' });

const messageBase = { cache_control: cacheControl };

const systemMessage = z.looseObject({ ...messageBase, role: z.literal('system'), content, name: z.string().nullish() });
const developerMessage = z.looseObject({ ...systemMessage.shape, role: z.literal('developer') });
const userMessage = z.looseObject({ ...systemMessage.shape, role: z.literal('user') });

export const wireToolCall = z.looseObject({
  id: z.string().nullish(),
  type: z.string().nullish(),
  function: z.looseObject({ name: z.string(), arguments: z.unknown().optional() }).nullish(),
});

const assistantMessage = z.looseObject({
  ...messageBase,
  role: z.literal('assistant'),
  content: content.nullish(),
  name: z.string().nullish(),
  refusal: z.string().nullish(),
  tool_calls: z.array(wireToolCall).nullish(),
});

const toolMessage = z.looseObject({ ...messageBase, role: z.literal('tool'), tool_call_id: z.string(), content });

const message = z.discriminatedUnion(
  'role',
  [systemMessage, developerMessage, userMessage, assistantMessage, toolMessage],
  { error: 'expected the role to be one of system, developer, user, assistant, tool' },
);

const tool = z.looseObject({
  type: z.string(),
  function: z
    .looseObject({
      name: z.string(),
      description: z.string().nullish(),
      parameters: z.record(z.string(), z.unknown()).nullish(),
      strict: z.boolean().nullish(),
    })
    .nullish(),
  custom: z
    .looseObject({
      name: z.string(),
      description: z.string().nullish(),
      format: z.record(z.string(), z.unknown()).nullish(),
    })
    .nullish(),
  cache_control: cacheControl,
});

const responseFormat = z.looseObject({
  type: z.string(),
  json_schema: z
    .looseObject({
      name: z.string().nullish(),
      description: z.string().nullish(),
      schema: z.record(z.string(), z.unknown()).nullish(),
      strict: z.boolean().nullish(),
    })
    .nullish(),
});

export const wireRequest = z.looseObject({
  model: z.string().min(1),
  messages: z.array(message).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  tools: z.array(tool).nullish(),
  tool_choice: z.unknown().optional(),
  parallel_tool_calls: z.boolean().nullish(),
  web_search_options: z.record(z.string(), z.unknown()).nullish(),
  max_tokens: z.int().nullish(),
  max_completion_tokens: z.int().nullish(),
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  stop: z.union([z.string(), z.array(z.string())], { error: 'expected a string or an array of strings' }).nullish(),
  seed: z.number().nullish(),
  frequency_penalty: z.number().nullish(),
  presence_penalty: z.number().nullish(),
  n: z.int().nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.int().nullish(),
  reasoning_effort: z.string().nullish(),
  response_format: responseFormat.nullish(),
  user: z.string().nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  service_tier: z.string().nullish(),
});

export type WireRequest = z.infer<typeof wireRequest>;
export type WireMessage = z.infer<typeof message>;
export type WireTool = z.infer<typeof tool>;
export type WireToolCall = z.infer<typeof wireToolCall>;
export type WirePart = z.infer<typeof part>;

/**
 * The parsed value. `path` is where it stands in the request.
 *
 * @throws GatewayError `invalid_request` that names the parameter at fault.
 */
export function parseWire<Schema extends z.ZodType>(schema: Schema, value: unknown, path = ''): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const param = formatPath(path, issue?.path ?? []);
  const message = issue?.message ?? 'it does not fit the API';
  throw new GatewayError('invalid_request', param === '' ? message : `\`${param}\`: ${message}`, {
    param: param === '' ? undefined : param,
  });
}

/** As OpenAI writes it: `messages[0].content[1].type`. */
function formatPath(start: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? String(step) : `${text}.${String(step)}`;
  }, start);
}
