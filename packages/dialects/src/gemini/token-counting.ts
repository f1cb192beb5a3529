import type { TokenCounting } from '../dialect.js';
import { countOf, objectOf } from '../json/read-json.js';
import { decodeRequest } from './decode-request.js';
import { encodeRequest } from './encode-request.js';
import { withCamelKeys } from './wire-request.js';

/**
 * `countTokens` takes the contents alone, or a whole generateContent request, whose system instruction and tools count
 * too. (Gemini API reference, models.countTokens)
 */
export const tokenCounting: TokenCounting = {
  decodeRequest: (body, outside) => decodeRequest(requestWithin(body), outside),
  encodeRequest(request, options) {
    const { value, warnings } = encodeRequest(request, options);
    return { value: { generateContentRequest: { model: `models/${options.model}`, ...value } }, warnings };
  },
  decodeCount: (body) => countOf(objectOf(body)['totalTokens']),
  encodeCount: (count) => ({ totalTokens: count }),
};

function requestWithin(body: unknown): unknown {
  const { generateContentRequest } = objectOf(withCamelKeys(body));
  return generateContentRequest ?? body;
}
