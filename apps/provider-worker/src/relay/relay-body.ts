import { GatewayError } from '@switchyard/canonical';
import { dialectById, isMultipart, patchMultipartModel, renameModel, scanMultipart } from '@switchyard/dialects';
import type { AttemptOpen } from '@switchyard/wire';

import { renameModelIn } from '../encode/rename-model-in.js';

/**
 * The client's own bytes, JSON or a form, with the upstream's name for the model. `sent` is what the client sent, where these
 * are not all of it.
 *
 * @throws GatewayError `invalid_request` for a thinking suffix: nothing that is relayed thinks.
 */
export function relayBody(open: AttemptOpen, body: Buffer, sent = body): Buffer {
  refuseThinking(open);
  if (dialectById(open.dialect).modelInPath) return renameModel(body, open.model);
  const contentType = open.headers['content-type'];
  if (contentType !== undefined && isMultipart(contentType)) {
    return patchMultipartModel(body, scanMultipart(body, contentType), open.model);
  }
  return renameModelIn(body, open, { isAsSent: body === sent });
}

/** @throws GatewayError `invalid_request` where the model has a thinking suffix. */
export function refuseThinking({ thinking, operation }: Pick<AttemptOpen, 'thinking' | 'operation'>): void {
  if (thinking === undefined) return;
  const message = `(${thinking}) behind the model means nothing to ${operation}: leave it out`;
  throw new GatewayError('invalid_request', message, { param: 'model' });
}
