import { GatewayError, type Operation } from '@switchyard/canonical';
import { checkJsonObject, isMultipart, scanMultipart, scanRequest, type RequestFacts } from '@switchyard/dialects';

import type { Surface } from './surfaces.js';

/** What a client may send as a form, since it sends files. */
const TAKES_FORMS: ReadonlySet<Operation> = new Set(['images-edits', 'audio-transcriptions']);

export interface BodyFacts extends Pick<RequestFacts, 'model' | 'stream' | 'conversation'> {
  /** The ceiling on the answer, whatever the dialect calls it. */
  readonly maxOutputTokens?: number | undefined;
  /** Where in a JSON body the model's name begins. */
  readonly modelAt?: number | undefined;
}

export interface ScanOptions {
  readonly surface: Surface;
  readonly contentType: string | undefined;
  readonly maxDepth: number;
}

/**
 * What the decisions need to know of a request, be its body JSON or a form, or its model in the path.
 *
 * @throws GatewayError as `scanRequest` and `scanMultipart` do; `invalid_request` for a stream where there is none.
 */
export function scanBody(body: Buffer, options: ScanOptions): BodyFacts {
  const { surface, maxDepth } = options;
  if (surface.outside !== undefined) {
    return { ...surface.outside, conversation: checkJsonObject(body, { maxDepth }) };
  }
  const facts = scan(body, options);
  if (facts.stream && surface.operation === 'responses-compact') {
    throw new GatewayError('invalid_request', `${surface.path} has no streams: leave \`stream\` out`, {
      param: 'stream',
    });
  }
  return facts;
}

function scan(body: Buffer, { surface, contentType, maxDepth }: ScanOptions): BodyFacts {
  const isForm = contentType !== undefined && TAKES_FORMS.has(surface.operation) && isMultipart(contentType);
  if (isForm) return scanMultipart(body, contentType);
  const facts = scanRequest(body, { maxDepth });
  return {
    model: facts.model,
    stream: facts.stream,
    conversation: facts.conversation,
    maxOutputTokens: facts.maxOutputTokens ?? facts.maxCompletionTokens ?? facts.maxTokens,
    modelAt: facts.spans.model.start,
  };
}
