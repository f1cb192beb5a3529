import type { TokenCounting } from '../dialect.js';
import { countOf, objectOf } from '../json/read-json.js';
import { decodeRequest } from './decode-request.js';
import { encodeRequest } from './encode-request.js';

/** What of a request counts; anything else is refused as an extra input. (Messages API reference, count tokens) */
const COUNTED = ['model', 'system', 'messages', 'tools', 'tool_choice', 'thinking', 'output_config', 'cache_control'];

export const tokenCounting: TokenCounting = {
  decodeRequest,
  encodeRequest(request, options) {
    const { value, warnings } = encodeRequest(request, options);
    return { value: Object.fromEntries(Object.entries(value).filter(([key]) => COUNTED.includes(key))), warnings };
  },
  decodeCount: (body) => countOf(objectOf(body)['input_tokens']),
  encodeCount: (count) => ({ input_tokens: count }),
};
