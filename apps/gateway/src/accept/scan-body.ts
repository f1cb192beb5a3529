import type { Operation } from '@switchyard/canonical';
import { isMultipart, scanMultipart, scanRequest, type RequestFacts } from '@switchyard/dialects';

/** What a client may send as a form, since it sends files. */
const TAKES_FORMS: ReadonlySet<Operation> = new Set(['images-edits', 'audio-transcriptions']);

export interface ScanOptions {
  readonly operation: Operation;
  readonly contentType: string | undefined;
  readonly maxDepth: number;
}

/**
 * What the decisions need to know of a body, be it JSON or a form.
 *
 * @throws GatewayError as `scanRequest` and `scanMultipart` do.
 */
export function scanBody(body: Buffer, { operation, contentType, maxDepth }: ScanOptions): RequestFacts {
  const isForm = contentType !== undefined && TAKES_FORMS.has(operation) && isMultipart(contentType);
  return isForm ? scanMultipart(body, contentType) : scanRequest(body, { maxDepth });
}
