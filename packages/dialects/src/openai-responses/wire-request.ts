import { lookUp } from '@switchyard/canonical';
import { z } from 'zod';

// Only the fields we read; everything else is let through and rides as extensions.

type Schemas = Readonly<Record<string, z.ZodType>>;

/** An object whose `type` says which of the schemas it has to fit; a type that is not among them may look as it likes. */
function byType<Base extends z.ZodType<object>>(base: Base, schemas: Schemas) {
  return base.superRefine((value, context) => {
    const type = typeOf(value);
    const schema = lookUp(schemas, type);
    for (const issue of schema?.safeParse(value).error?.issues ?? []) {
      context.addIssue({ code: 'custom', message: issue.message, path: [...issue.path] });
    }
  });
}

function typeOf(value: object): string {
  // A message may leave its type out. (OpenAI API reference, EasyInputMessage)
  if (!('type' in value)) return 'message';
  return typeof value.type === 'string' ? value.type : '';
}

const text = z.looseObject({ text: z.string() });

const part = byType(z.looseObject({ type: z.string() }), {
  input_text: text,
  output_text: text,
  text,
  refusal: z.looseObject({ refusal: z.string() }),
  input_image: z.looseObject({ image_url: z.string().nullish(), file_id: z.string().nullish() }),
  input_file: z.looseObject({
    file_id: z.string().nullish(),
    file_data: z.string().nullish(),
    file_url: z.string().nullish(),
    filename: z.string().nullish(),
  }),
  input_audio: z.looseObject({ input_audio: z.looseObject({ data: z.string(), format: z.string() }) }),
});

const content = z.union([z.string(), z.array(part)], { error: 'expected a string or an array of content parts' });
const output = z.looseObject({ call_id: z.string(), output: content });

const item = byType(z.looseObject({ type: z.string().optional() }), {
  message: z.looseObject({ role: z.enum(['user', 'assistant', 'system', 'developer']), content }),
  function_call: z.looseObject({ call_id: z.string(), name: z.string(), arguments: z.string() }),
  custom_tool_call: z.looseObject({ call_id: z.string(), name: z.string(), input: z.string() }),
  function_call_output: output,
  custom_tool_call_output: output,
  reasoning: z.looseObject({
    summary: z.array(text).nullish(),
    content: z.array(text).nullish(),
    encrypted_content: z.string().nullish(),
  }),
});

const functionTool = z.looseObject({
  name: z.string(),
  description: z.string().nullish(),
  parameters: z.record(z.string(), z.unknown()).nullish(),
  strict: z.boolean().nullish(),
});

const customTool = z.looseObject({
  name: z.string(),
  description: z.string().nullish(),
  format: z.record(z.string(), z.unknown()).nullish(),
});

const tool = byType(z.looseObject({ type: z.string() }), { function: functionTool, custom: customTool });

const anyTool = byType(z.looseObject({ type: z.string() }), {
  function: functionTool,
  custom: customTool,
  namespace: z.looseObject({ name: z.string(), tools: z.array(tool) }),
});

export const wireRequest = z.looseObject({
  model: z.string().min(1),
  input: z.union([z.string(), z.array(item)], { error: 'expected a string or an array of items' }).nullish(),
  instructions: z.string().nullish(),
  stream: z.boolean().nullish(),
  tools: z.array(anyTool).nullish(),
  tool_choice: z.unknown().optional(),
  parallel_tool_calls: z.boolean().nullish(),
  max_output_tokens: z.int().nullish(),
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  top_logprobs: z.int().nullish(),
  reasoning: z.looseObject({ effort: z.string().nullish(), summary: z.string().nullish() }).nullish(),
  text: z.looseObject({ format: z.looseObject({ type: z.string() }).nullish() }).nullish(),
  include: z.array(z.string()).nullish(),
  user: z.string().nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  service_tier: z.string().nullish(),
  store: z.boolean().nullish(),
  truncation: z.string().nullish(),
});

export type WireRequest = z.infer<typeof wireRequest>;
