import type { CanonicalResponse } from '@switchyard/canonical';

import { objectOf } from '../json/read-json.js';
import { decodeResponse as decodeChat } from '../openai-chat/decode-response.js';
import { asChat } from './as-chat.js';

/** @throws GatewayError `upstream_malformed` when there is no choice in it, or the error that the body tells. */
export function decodeResponse(body: unknown): CanonicalResponse {
  return decodeChat(asChat(objectOf(body), 'message'));
}
