import { GatewayError, type CanonicalResponse } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { extensionsOf } from '../extensions/extensions.js';
import { compact, restOf } from '../json/json-object.js';
import { countOf, objectOf, objectsOf, stringOf } from '../json/read-json.js';
import { classifyError } from '../openai-chat/classify-error.js';
import { decodeItem } from './decode-item.js';
import { decodeFinish } from './finish.js';
import { RESPONSES } from './reasoning-proof.js';
import { decodeUsage } from './usage.js';

/** The fields of an answer that are read; `output_text` only repeats the output. */
export const RESPONSE_FIELDS = [
  'id',
  'object',
  'model',
  'created_at',
  'status',
  'error',
  'incomplete_details',
  'output',
  'output_text',
  'usage',
];

/**
 * A whole response.
 *
 * @throws GatewayError `upstream_malformed` when it is none or not finished, or the error it ended with.
 */
export function decodeResponse(body: unknown): CanonicalResponse {
  const response = objectOf(body);
  const { output, status } = response;
  if (response['error'] || status === 'failed' || status === 'cancelled') throw failed(response);
  if (!Array.isArray(output) || status === 'queued' || status === 'in_progress') {
    throw new GatewayError('upstream_malformed', "the provider's answer is not a finished response");
  }
  const content = objectsOf(output).flatMap(decodeItem);
  const hasToolCalls = content.some((block) => block.type === 'tool-call');
  return compact({
    id: stringOf(response['id']) ?? '',
    model: stringOf(response['model']) ?? '',
    createdAt: countOf(response['created_at']),
    choices: [{ content, finish: decodeFinish(response, hasToolCalls) }],
    usage: decodeUsage(response['usage']),
    extensions: extensionsOf(RESPONSES, restOf(response, RESPONSE_FIELDS)),
  });
}

function failed(response: JsonObject): GatewayError {
  const { code, message, ...options } = classifyError(response);
  return new GatewayError(code, message, options);
}
