import type { ServerToolStep } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { compact, isJsonObject } from '../json/json-object.js';
import { objectOf, objectsOf, stringOf, wordOf } from '../json/read-json.js';

/** What a part says of code that Google ran; undefined for any other part. */
export function readPartStep(part: JsonObject): ServerToolStep | undefined {
  const { executableCode: called, codeExecutionResult: given } = part;
  if (isJsonObject(called)) {
    const call = { code: stringOf(called['code']) ?? '' };
    return compact({ tool: 'code-execution' as const, id: wordOf(called['id']), call });
  }
  if (!isJsonObject(given)) return undefined;
  const isError = wordOf(given['outcome']) === 'OUTCOME_OK' ? undefined : true;
  const result = compact({ output: stringOf(given['output']) ?? '', isError });
  return compact({ tool: 'code-execution' as const, id: wordOf(given['id']), result });
}

/** The searches and the pages that a candidate tells of beside its content. */
export function readCandidateSteps(candidate: JsonObject): readonly ServerToolStep[] | undefined {
  const { webSearchQueries } = objectOf(candidate['groundingMetadata']);
  const queries = Array.isArray(webSearchQueries) ? webSearchQueries.filter((each) => typeof each === 'string') : [];
  const pages = objectsOf(objectOf(candidate['urlContextMetadata'])['urlMetadata']).flatMap(
    (page): ServerToolStep[] => {
      const url = wordOf(page['retrievedUrl']);
      if (url === undefined) return [];
      const isError = page['urlRetrievalStatus'] === FETCHED ? undefined : true;
      return [{ tool: 'web-fetch', call: { url }, result: compact({ isError }) }];
    },
  );
  const steps: ServerToolStep[] = queries.length === 0 ? pages : [{ tool: 'web-search', call: { queries } }, ...pages];
  return steps.length === 0 ? undefined : steps;
}

const FETCHED = 'URL_RETRIEVAL_STATUS_SUCCESS';

/** The parts that tell a step of another provider's; none for one that is told beside the content. */
export function writeParts(step: ServerToolStep): JsonObject[] {
  if (step.tool !== 'code-execution') return [];
  const { call, result } = step;
  const outcome = result?.isError ? 'OUTCOME_FAILED' : 'OUTCOME_OK';
  return [
    ...(call ? [{ executableCode: { language: 'PYTHON', code: call.code } }] : []),
    ...(result ? [{ codeExecutionResult: { outcome, output: result.output } }] : []),
  ];
}

/** The fields of a candidate that tell steps beside its content. */
export function writeCandidateSteps(steps: readonly ServerToolStep[]): JsonObject {
  const queries = steps.flatMap((step) => (step.tool === 'web-search' ? (step.call?.queries ?? []) : []));
  const urls = steps.flatMap((step) => (step.tool === 'web-fetch' && step.call ? [step.call.url] : []));
  const urlMetadata = urls.map((retrievedUrl) => ({ retrievedUrl, urlRetrievalStatus: FETCHED }));
  return {
    ...(queries.length > 0 && { groundingMetadata: { webSearchQueries: queries } }),
    ...(urls.length > 0 && { urlContextMetadata: { urlMetadata } }),
  };
}
