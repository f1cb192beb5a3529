import { GatewayError } from '@switchyard/canonical';
import {
  dialectById,
  isMultipart,
  patchModel,
  patchMultipartModel,
  renameModel,
  scanMultipart,
  scanRequest,
} from '@switchyard/dialects';
import type { AttemptOpen } from '@switchyard/wire';

/** The gateway has refused deeper bodies; this only keeps the scan bounded. */
const MAX_JSON_DEPTH = 512;

/**
 * The client's own bytes, JSON or a form, with the upstream's name for the model.
 *
 * @throws GatewayError `invalid_request` for a thinking suffix: nothing that is relayed thinks.
 */
export function relayBody(open: AttemptOpen, body: Buffer): Buffer {
  refuseThinking(open);
  if (dialectById(open.dialect).modelInPath) return renameModel(body, open.model);
  const contentType = open.headers['content-type'];
  if (contentType !== undefined && isMultipart(contentType)) {
    return patchMultipartModel(body, scanMultipart(body, contentType), open.model);
  }
  return patchModel(body, scanRequest(body, { maxDepth: MAX_JSON_DEPTH }), open.model);
}

/** @throws GatewayError `invalid_request` where the model has a thinking suffix. */
export function refuseThinking({ thinking, operation }: Pick<AttemptOpen, 'thinking' | 'operation'>): void {
  if (thinking === undefined) return;
  const message = `(${thinking}) behind the model means nothing to ${operation}: leave it out`;
  throw new GatewayError('invalid_request', message, { param: 'model' });
}
