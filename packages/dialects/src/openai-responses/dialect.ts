import type { Dialect } from '../dialect.js';
import { TOOL_NAMES } from '../openai-chat/tools.js';
import { decodeError } from './decode-error.js';
import { decodeRequest } from './decode-request.js';
import { decodeResponse } from './decode-response.js';
import { createStreamDecoder } from './decode-stream.js';
import { dropMade } from './drop-made.js';
import { encodeError, encodeStreamError } from './encode-error.js';
import { encodeRequest } from './encode-request.js';
import { encodeResponse } from './encode-response.js';
import { createStreamEncoder } from './encode-stream.js';
import { readFacts } from './read-facts.js';
import { RESPONSES } from './reasoning-proof.js';
import { decodeUsage } from './usage.js';

/** OpenAI's Responses API, as OpenAI and the vendors that follow it speak it. */
export const openaiResponses: Dialect = {
  id: RESPONSES,
  toolNames: TOOL_NAMES,
  thinkingFields: [[['reasoning'], ['effort']]],
  decodeRequest,
  encodeRequest,
  dropMade,
  decodeResponse,
  readFacts,
  encodeResponse,
  createStreamDecoder,
  createStreamEncoder,
  decodeUsage,
  decodeError,
  encodeError,
  encodeStreamError,
};
