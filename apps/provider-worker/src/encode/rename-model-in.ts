import { patchModel, patchSpans, scanRequest, type ByteSpan } from '@switchyard/dialects';
import type { AttemptOpen } from '@switchyard/wire';

/** The gateway has refused deeper bodies; this only keeps the scan bounded. */
const SCAN_LIMITS = { maxDepth: 512 };

/**
 * A JSON body under the upstream's name for the model, every other byte as it was; the body itself where that is the name it
 * has. The gateway has walked over the whole body and may have told where the name stands. Where it has not, or the bytes
 * there are something else, the body is walked over once more.
 *
 * @throws GatewayError as `scanRequest` does.
 */
export function renameModelIn(
  body: Buffer,
  open: Pick<AttemptOpen, 'model' | 'requestedModel' | 'modelAt'>,
  { isAsSent }: { readonly isAsSent: boolean },
): Buffer {
  const span = isAsSent ? toldSpan(body, open) : undefined;
  if (span === undefined) return patchModel(body, scanRequest(body, SCAN_LIMITS), open.model);
  if (open.model === open.requestedModel) return body;
  return patchSpans(body, [{ ...span, text: JSON.stringify(open.model) }]);
}

/** Where the gateway says that the name stands, if it does. */
function toldSpan(
  body: Buffer,
  { requestedModel, modelAt: start }: Pick<AttemptOpen, 'requestedModel' | 'modelAt'>,
): ByteSpan | undefined {
  if (start === undefined) return undefined;
  const written = JSON.stringify(requestedModel);
  const end = start + Buffer.byteLength(written);
  return body.toString('utf8', start, end) === written ? { start, end } : undefined;
}
