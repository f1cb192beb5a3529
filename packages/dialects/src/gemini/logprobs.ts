import type { TokenLogprob, TokenProbability } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { compact } from '../json/json-object.js';
import { objectsOf, stringOf } from '../json/read-json.js';

/** The fields of a `logprobsResult` that are read. Both lists have an entry for each token. */
export const LOGPROB_FIELDS = ['chosenCandidates', 'topCandidates'];

/** The token probabilities of a candidate; undefined where there are none. */
export function decodeLogprobs(result: JsonObject): readonly TokenLogprob[] | undefined {
  const tops = objectsOf(result['topCandidates']);
  const decoded = objectsOf(result['chosenCandidates']).map((token, index): TokenLogprob => {
    return { ...decodeToken(token), top: objectsOf(tops[index]?.['candidates']).map(decodeToken) };
  });
  return decoded.length === 0 ? undefined : decoded;
}

/** A probability of 1 has the logarithm 0, which the API leaves out as every protocol buffer API does. */
function decodeToken({ token, logProbability, tokenId }: JsonObject): TokenProbability {
  return compact({
    token: stringOf(token) ?? '',
    logprob: typeof logProbability === 'number' ? logProbability : 0,
    tokenId: typeof tokenId === 'number' ? tokenId : undefined,
  });
}

export function encodeLogprobs(logprobs: readonly TokenLogprob[]): JsonObject {
  return {
    chosenCandidates: logprobs.map(encodeToken),
    topCandidates: logprobs.map(({ top }) => ({ candidates: top.map(encodeToken) })),
  };
}

function encodeToken({ token, logprob, tokenId }: TokenProbability): JsonObject {
  return compact({ token, tokenId, logProbability: logprob });
}
