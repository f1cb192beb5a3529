import type { Dialect } from '../dialect.js';
import { decodeError } from './decode-error.js';
import { decodeRequest } from './decode-request.js';
import { decodeResponse } from './decode-response.js';
import { createStreamDecoder } from './decode-stream.js';
import { encodeError, encodeStreamError } from './encode-error.js';
import { encodeRequest } from './encode-request.js';
import { encodeResponse } from './encode-response.js';
import { createStreamEncoder } from './encode-stream.js';
import { readFacts } from './read-facts.js';
import { decodeUsage } from './usage.js';

/**
 * OpenAI's Completions API of before chat: a prompt in, text out. Its errors, its usage and the fields that vendors add
 * are those of openai-chat, so both share their extensions.
 */
export const openaiCompletions: Dialect = {
  id: 'openai-completions',
  thinkingFields: [],
  decodeRequest,
  encodeRequest,
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
