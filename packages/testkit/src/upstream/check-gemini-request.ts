import { isArray, isFilledString, isPresent, isRecord, type JsonRecord } from '../json-guards.js';
import { Violations } from '../violations.js';
import { checkGeminiContents } from './check-gemini-contents.js';
import { checkGeminiSchema } from './check-gemini-schema.js';

// "Must start with a letter or an underscore. Must be a-z, A-Z, 0-9, or contain underscores, dots, colons and dashes"
// (Gemini API reference, FunctionDeclaration)
const FUNCTION_NAME = /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$/;

/** Anything else is answered with "Unknown name: Cannot find field." */
const FIELDS = [
  'contents',
  'systemInstruction',
  'tools',
  'toolConfig',
  'generationConfig',
  'safetySettings',
  'cachedContent',
  'labels',
  'serviceTier',
  'store',
];

const CONFIG_FIELDS = [
  'temperature',
  'topP',
  'topK',
  'maxOutputTokens',
  'stopSequences',
  'candidateCount',
  'seed',
  'presencePenalty',
  'frequencyPenalty',
  'responseMimeType',
  'responseSchema',
  'responseJsonSchema',
  'responseLogprobs',
  'logprobs',
  'thinkingConfig',
  'responseModalities',
  'mediaResolution',
  'speechConfig',
  'imageConfig',
  'enableEnhancedCivicAnswers',
];

/** What is wrong with the body of `:generateContent`, by the Gemini API reference. Empty: nothing. */
export function checkGeminiRequest(body: unknown): readonly string[] {
  const violations = new Violations();
  const request = violations.record(body, 'body');
  if (request === undefined) return violations.list;
  checkFields(violations, request, { path: '', allowed: FIELDS });
  checkGeminiContents(violations, violations.filledArray(request['contents'], 'contents'));
  checkInstruction(violations, request['systemInstruction']);
  checkTools(violations, request);
  checkConfig(violations, request['generationConfig']);
  return violations.list;
}

function checkFields(
  violations: Violations,
  record: JsonRecord,
  { path, allowed }: { readonly path: string; readonly allowed: readonly string[] },
): void {
  for (const field of Object.keys(record)) {
    violations.require(allowed.includes(field), path + field, 'is not of this dialect');
  }
}

function checkInstruction(violations: Violations, value: unknown): void {
  if (value === undefined) return;
  const instruction = violations.record(value, 'systemInstruction');
  for (const [index, part] of violations.filledArray(instruction?.['parts'], 'systemInstruction.parts').entries()) {
    const legal = isRecord(part) && isFilledString(part['text']);
    violations.require(legal, `systemInstruction.parts[${index}]`, 'must be a text that is not empty');
  }
}

function checkTools(violations: Violations, request: JsonRecord): void {
  const names: unknown[] = [];
  if (request['tools'] !== undefined) {
    for (const [index, tool] of violations.filledArray(request['tools'], 'tools').entries()) {
      const path = `tools[${index}]`;
      const offered = violations.record(tool, path)?.['functionDeclarations'];
      if (offered === undefined) continue;
      for (const [place, value] of violations.filledArray(offered, `${path}.functionDeclarations`).entries()) {
        const declared = violations.record(value, `${path}.functionDeclarations[${place}]`);
        if (declared !== undefined) checkFunction(violations, declared, `${path}.functionDeclarations[${place}]`);
        names.push(declared?.['name']);
      }
    }
  }
  violations.require(new Set(names).size === names.length, 'tools', 'names must differ');
  checkToolConfig(violations, request['toolConfig'], names);
}

function checkFunction(violations: Violations, declared: JsonRecord, path: string): void {
  const { name, parameters, parametersJsonSchema: schema } = declared;
  const legal = typeof name === 'string' && FUNCTION_NAME.test(name);
  violations.require(legal, `${path}.name`, `${JSON.stringify(name)} is not a function name`);
  violations.require(!(parameters && schema), path, 'parameters and parametersJsonSchema exclude each other');
  if (schema === undefined) return;
  violations.require(
    isRecord(schema) && schema['type'] === 'object',
    `${path}.parametersJsonSchema`,
    'must be an object',
  );
  checkGeminiSchema(violations, schema, `${path}.parametersJsonSchema`);
}

function checkToolConfig(violations: Violations, value: unknown, names: readonly unknown[]): void {
  if (value === undefined) return;
  const calling = violations.record(value, 'toolConfig')?.['functionCallingConfig'];
  if (!isRecord(calling)) return;
  const path = 'toolConfig.functionCallingConfig';
  violations.oneOf(calling['mode'], `${path}.mode`, ['AUTO', 'ANY', 'NONE', 'VALIDATED']);
  const allowed = calling['allowedFunctionNames'];
  if (!isArray(allowed)) return;
  const mode = String(calling['mode']);
  violations.require(
    ['ANY', 'VALIDATED'].includes(mode),
    `${path}.allowedFunctionNames`,
    `is not allowed in mode ${mode}`,
  );
  for (const name of allowed) {
    violations.require(
      names.includes(name),
      `${path}.allowedFunctionNames`,
      `${String(name)} is not an offered function`,
    );
  }
}

function checkConfig(violations: Violations, value: unknown): void {
  if (value === undefined) return;
  const config = violations.record(value, 'generationConfig');
  if (config === undefined) return;
  const path = 'generationConfig';
  checkFields(violations, config, { path: `${path}.`, allowed: CONFIG_FIELDS });
  violations.numberWithin(config['temperature'], `${path}.temperature`, { min: 0, max: 2 });
  violations.numberWithin(config['topP'], `${path}.topP`, { min: 0, max: 1 });
  violations.integerFrom(config['topK'], `${path}.topK`, 1);
  violations.integerFrom(config['maxOutputTokens'], `${path}.maxOutputTokens`, 1);
  violations.integerFrom(config['candidateCount'], `${path}.candidateCount`, 1);
  violations.integerFrom(config['seed'], `${path}.seed`, -(2 ** 31));
  violations.numberWithin(config['logprobs'], `${path}.logprobs`, { min: 0, max: 20 });
  const stops = config['stopSequences'];
  const legalStops = stops === undefined || (isArray(stops) && stops.length <= 5 && stops.every(isFilledString));
  violations.require(legalStops, `${path}.stopSequences`, 'must be at most 5 texts that are not empty');
  checkResponseSchema(violations, config);
  checkThinking(violations, config['thinkingConfig']);
}

function checkResponseSchema(violations: Violations, config: JsonRecord): void {
  const { responseMimeType: type, responseJsonSchema: schema, responseSchema } = config;
  violations.oneOf(type, 'generationConfig.responseMimeType', ['text/plain', 'application/json', 'text/x.enum']);
  if (schema === undefined && responseSchema === undefined) return;
  violations.require(isPresent(type) && type !== 'text/plain', 'generationConfig', 'has a schema but no type for it');
  violations.require(!(schema && responseSchema), 'generationConfig', 'has two schemas');
  if (schema !== undefined) checkGeminiSchema(violations, schema, 'generationConfig.responseJsonSchema');
}

function checkThinking(violations: Violations, value: unknown): void {
  if (value === undefined) return;
  const path = 'generationConfig.thinkingConfig';
  const thinking = violations.record(value, path);
  if (thinking === undefined) return;
  const { thinkingLevel: level, thinkingBudget: budget } = thinking;
  violations.require(!(isPresent(level) && isPresent(budget)), path, 'has a level and a budget');
  violations.oneOf(level, `${path}.thinkingLevel`, ['minimal', 'low', 'medium', 'high']);
  violations.integerFrom(budget, `${path}.thinkingBudget`, -1);
}
