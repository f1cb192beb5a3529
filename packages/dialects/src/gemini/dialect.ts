import type { Dialect } from '../dialect.js';
import { decodeError } from './decode-error.js';
import { decodeRequest } from './decode-request.js';
import { decodeResponse } from './decode-response.js';
import { createStreamDecoder } from './decode-stream.js';
import { encodeError, encodeStreamError } from './encode-error.js';
import { encodeRequest } from './encode-request.js';
import { encodeResponse } from './encode-response.js';
import { createStreamEncoder } from './encode-stream.js';
import { tokenCounting } from './token-counting.js';
import { TOOL_NAMES } from './tools.js';
import { decodeUsage } from './usage.js';

/**
 * Google's Gemini API, `generateContent` and `streamGenerateContent`. Model and method stand in the path:
 * `/v1beta/models/{model}:generateContent`, or `:streamGenerateContent?alt=sse` for server-sent events.
 */
export const gemini: Dialect = {
  id: 'gemini',
  modelInPath: true,
  toolNames: TOOL_NAMES,
  // ProtoJSON takes both spellings.
  thinkingFields: [
    [
      ['generationConfig', 'generation_config'],
      ['thinkingConfig', 'thinking_config'],
    ],
  ],
  decodeRequest,
  encodeRequest,
  decodeResponse,
  encodeResponse,
  createStreamDecoder,
  createStreamEncoder,
  decodeUsage,
  tokenCounting,
  decodeError,
  encodeError,
  encodeStreamError,
};
