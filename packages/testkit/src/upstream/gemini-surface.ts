import { isArray, isRecord } from '../json-guards.js';
import { Violations } from '../violations.js';
import type { WholeAnswer } from './answer.js';
import { checkGeminiRequest } from './check-gemini-request.js';

/** What is wrong with the body of a Gemini call beside chat. (Gemini API reference, countTokens, embedContent, batchEmbedContents) */
export function checkGeminiSurface(path: string, body: unknown): readonly string[] {
  const violations = new Violations();
  const { model, method } = partsOf(path);
  if (!isRecord(body)) return ['body: is not a JSON object'];
  switch (method) {
    case 'countTokens':
      return checkCount(body, model);
    case 'batchEmbedContents':
      return checkBatch(body['requests'], model);
    default:
      checkEmbed(violations, { request: { model: `models/${model}`, ...body }, model });
      return violations.list;
  }
}

function checkBatch(requests: unknown, model: string): readonly string[] {
  const violations = new Violations();
  if (!isArray(requests)) return ['requests: is required'];
  violations.require(requests.length <= 100, 'requests', 'at most 100 requests can be in one batch');
  for (const request of requests) checkEmbed(violations, { request, model });
  return violations.list;
}

function partsOf(path: string): { readonly model: string; readonly method: string } {
  const [, model = '', method = ''] = /models\/([^/]+):(\w+)$/.exec(path) ?? [];
  return { model: decodeURIComponent(model), method };
}

function checkCount(body: Readonly<Record<string, unknown>>, model: string): readonly string[] {
  const { generateContentRequest, contents, ...others } = body;
  const violations = new Violations();
  for (const name of Object.keys(others)) violations.add(name, 'is not of this operation');
  if (!isRecord(generateContentRequest)) return [...violations.list, ...checkGeminiRequest({ contents })];
  violations.require(contents === undefined, 'contents', 'excludes generateContentRequest');
  const { model: named, ...request } = generateContentRequest;
  violations.require(named === `models/${model}`, 'generateContentRequest.model', 'must be the model of the path');
  return [...violations.list, ...checkGeminiRequest(request)];
}

const EMBED_FIELDS = ['model', 'content', 'taskType', 'title', 'outputDimensionality'];

function checkEmbed(
  violations: Violations,
  { request, model }: { readonly request: unknown; readonly model: string },
): void {
  if (!isRecord(request)) {
    violations.add('requests', 'must be objects');
    return;
  }
  violations.require(request['model'] === `models/${model}`, 'model', 'must be the model of the path');
  violations.require(isRecord(request['content']), 'content', 'is required');
  for (const name of Object.keys(request)) {
    violations.require(EMBED_FIELDS.includes(name), name, 'is not of this operation');
  }
}

/** What the upstream answers to such a call when nothing else was scripted: the place of a text makes its vector. */
export function sampleGeminiSurface(path: string, body: unknown): WholeAnswer {
  switch (partsOf(path).method) {
    case 'countTokens':
      return { type: 'whole', body: { totalTokens: 42 } };
    case 'batchEmbedContents': {
      const requests = isRecord(body) && isArray(body['requests']) ? body['requests'] : [];
      return { type: 'whole', body: { embeddings: requests.map((_, place) => ({ values: [0.25, -0.5, place] })) } };
    }
    default:
      return {
        type: 'whole',
        body: { embedding: { values: [0.25, -0.5, 1] }, usageMetadata: { promptTokenCount: 8 } },
      };
  }
}
