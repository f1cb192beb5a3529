import type { Dialect } from '../dialect.js';
import { ANTHROPIC } from './decode-content.js';
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
import { tokenCounting } from './token-counting.js';
import { TOOL_NAMES } from './tools.js';
import { decodeUsage } from './usage.js';

/** Anthropic's Messages API, as its own clients and servers speak it. */
export const anthropicMessages: Dialect = {
  id: ANTHROPIC,
  toolNames: TOOL_NAMES,
  // Thinking has a ceiling of its own to fit under, takes no sampling parameters, and lets no tool be forced.
  thinkingFields: [
    [['thinking']],
    [['output_config'], ['effort']],
    [['max_tokens']],
    [['temperature']],
    [['top_p']],
    [['top_k']],
    [['tool_choice']],
  ],
  decodeRequest,
  encodeRequest,
  dropMade,
  decodeResponse,
  readFacts,
  encodeResponse,
  createStreamDecoder,
  createStreamEncoder,
  decodeUsage,
  tokenCounting,
  decodeError,
  encodeError,
  encodeStreamError,
};
