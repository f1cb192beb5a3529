import { z } from 'zod';

import { isJsonObject } from '../json/json-object.js';

// Only the fields we read; everything else is let through and rides as extensions.

/**
 * An object of the API with its keys in camel case. The API takes `system_instruction` for `systemInstruction` as
 * every protocol buffer API does (ProtoJSON format). What a client names itself, such as arguments, is left alone.
 */
export function wireObject<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.preprocess(withCamelKeys, z.looseObject(shape));
}

export function withCamelKeys(value: unknown): unknown {
  if (!isJsonObject(value) || !Object.keys(value).some((key) => key.includes('_'))) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [toCamelCase(key), item]));
}

function toCamelCase(key: string): string {
  return key.replaceAll(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
}

const anyObject = z.record(z.string(), z.unknown());

const inlineData = wireObject({ mimeType: z.string().nullish(), data: z.string() });
const fileData = wireObject({ mimeType: z.string().nullish(), fileUri: z.string() });
const mediaPart = wireObject({ inlineData: inlineData.nullish(), fileData: fileData.nullish() });

const part = wireObject({
  text: z.string().nullish(),
  thought: z.boolean().nullish(),
  thoughtSignature: z.string().nullish(),
  inlineData: inlineData.nullish(),
  fileData: fileData.nullish(),
  functionCall: wireObject({ name: z.string(), id: z.string().nullish(), args: anyObject.nullish() }).nullish(),
  functionResponse: wireObject({
    name: z.string(),
    id: z.string().nullish(),
    response: anyObject.nullish(),
    parts: z.array(mediaPart).nullish(),
  }).nullish(),
});

const parts = z.array(part).nullish();
const content = wireObject({
  role: z.enum(['user', 'model', 'function'], { error: 'expected the role to be user or model' }).nullish(),
  parts,
});

const functionDeclaration = wireObject({
  name: z.string(),
  description: z.string().nullish(),
  parameters: anyObject.nullish(),
  parametersJsonSchema: anyObject.nullish(),
});

const tool = wireObject({ functionDeclarations: z.array(functionDeclaration).nullish() });

const toolConfig = wireObject({
  functionCallingConfig: wireObject({
    mode: z.string().nullish(),
    allowedFunctionNames: z.array(z.string()).nullish(),
  }).nullish(),
});

export const generationConfig = wireObject({
  temperature: z.number().nullish(),
  topP: z.number().nullish(),
  topK: z.number().nullish(),
  maxOutputTokens: z.int().nullish(),
  stopSequences: z.array(z.string()).nullish(),
  candidateCount: z.int().nullish(),
  seed: z.int().nullish(),
  presencePenalty: z.number().nullish(),
  frequencyPenalty: z.number().nullish(),
  responseMimeType: z.string().nullish(),
  responseSchema: anyObject.nullish(),
  responseJsonSchema: anyObject.nullish(),
  responseLogprobs: z.boolean().nullish(),
  logprobs: z.int().nullish(),
  thinkingConfig: wireObject({
    thinkingBudget: z.int().nullish(),
    thinkingLevel: z.string().nullish(),
    includeThoughts: z.boolean().nullish(),
  }).nullish(),
});

export const wireRequest = wireObject({
  contents: z.array(content).min(1),
  systemInstruction: wireObject({ parts }).nullish(),
  tools: z.array(tool).nullish(),
  toolConfig: toolConfig.nullish(),
  generationConfig: generationConfig.nullish(),
});

export type WireRequest = z.infer<typeof wireRequest>;
export type WireContent = z.infer<typeof content>;
export type WirePart = z.infer<typeof part>;
export type WireMediaPart = z.infer<typeof mediaPart>;
export type WireFunctionResponse = NonNullable<WirePart['functionResponse']>;
export type WireTool = z.infer<typeof tool>;
export type WireFunctionDeclaration = z.infer<typeof functionDeclaration>;
export type WireToolConfig = z.infer<typeof toolConfig>;
export type WireGenerationConfig = z.infer<typeof generationConfig>;
