import { isFilledString, isPresent, isRecord, type JsonRecord } from '../json-guards.js';
import { Violations } from '../violations.js';

export const GEMINI_FINISH_REASONS = [
  'STOP',
  'MAX_TOKENS',
  'SAFETY',
  'RECITATION',
  'LANGUAGE',
  'OTHER',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'MALFORMED_FUNCTION_CALL',
];

/** What is wrong with a whole Gemini answer as a client received it. (Gemini API reference, "GenerateContentResponse") */
export function validateGeminiResponse(body: unknown): readonly string[] {
  const violations = new Violations();
  const response = violations.record(body, 'body');
  if (response === undefined) return violations.list;
  checkGeminiHead(violations, response, 'body');
  if (isBlockedPrompt(response)) return violations.list;
  for (const [index, value] of violations.filledArray(response['candidates'], 'candidates').entries()) {
    const path = `candidates[${index}]`;
    const candidate = violations.record(value, path);
    if (candidate === undefined) continue;
    violations.require(candidate['index'] === index, `${path}.index`, `must be ${index}`);
    violations.oneOf(candidate['finishReason'] ?? 'nothing', `${path}.finishReason`, GEMINI_FINISH_REASONS);
    checkGeminiContent(violations, candidate, path);
  }
  if (isPresent(response['usageMetadata'])) checkGeminiUsage(violations, response['usageMetadata'], 'usageMetadata');
  return violations.list;
}

/** Whether the answer is that the prompt was refused; it has no candidates then. (Gemini API reference, "PromptFeedback") */
export function isBlockedPrompt({ promptFeedback, candidates }: JsonRecord): boolean {
  return isRecord(promptFeedback) && isFilledString(promptFeedback['blockReason']) && !isPresent(candidates);
}

/** What a whole answer and every chunk have in common. */
export function checkGeminiHead(violations: Violations, response: JsonRecord, path: string): void {
  violations.require(isFilledString(response['modelVersion']), `${path}.modelVersion`, 'is required');
  violations.require(isFilledString(response['responseId']), `${path}.responseId`, 'is required');
}

/** The content of a candidate, as far as it came. */
export function checkGeminiContent(violations: Violations, candidate: JsonRecord, path: string): void {
  const content = violations.record(candidate['content'], `${path}.content`);
  if (content === undefined) return;
  violations.require(content['role'] === 'model', `${path}.content.role`, 'must be model');
  const parts = content['parts'];
  if (!Array.isArray(parts)) return violations.add(`${path}.content.parts`, 'must be a list');
  for (const [index, part] of parts.entries()) {
    const record = violations.record(part, `${path}.content.parts[${index}]`);
    if (record !== undefined) checkPart(violations, record, `${path}.content.parts[${index}]`);
  }
}

function checkPart(violations: Violations, part: JsonRecord, path: string): void {
  const { text, functionCall: call } = part;
  if (text !== undefined) violations.require(typeof text === 'string', `${path}.text`, 'must be text');
  if (call === undefined) return;
  violations.require(isRecord(call) && isFilledString(call['name']), `${path}.functionCall.name`, 'is required');
  violations.require(isRecord(call) && isFilledString(call['id']), `${path}.functionCall.id`, 'is required');
  violations.require(isRecord(call) && isRecord(call['args']), `${path}.functionCall.args`, 'must be an object');
}

export function checkGeminiUsage(violations: Violations, value: unknown, path: string): void {
  const usage = violations.record(value, path);
  if (usage === undefined) return;
  const counts = ['promptTokenCount', 'candidatesTokenCount', 'thoughtsTokenCount', 'toolUsePromptTokenCount'].map(
    (field) => usage[field] ?? 0,
  );
  violations.require(counts.every(Number.isInteger), path, 'must hold integers');
  const sum = counts.reduce<number>((total, count) => total + Number(count), 0);
  violations.require(usage['totalTokenCount'] === sum, `${path}.totalTokenCount`, 'must be the sum');
  const cached = Number(usage['cachedContentTokenCount'] ?? 0);
  violations.require(cached <= Number(counts[0]), `${path}.cachedContentTokenCount`, 'is part of the prompt');
}
