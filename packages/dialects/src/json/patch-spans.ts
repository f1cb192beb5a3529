import type { ByteSpan, RequestFacts } from './scan-request.js';

/** What is to stand in the place of a span; an empty span makes it an insertion. */
export interface SpanPatch extends ByteSpan {
  readonly text: string;
}

/** The body with only these spans replaced: every other byte stays as it was. The spans must not overlap. */
export function patchSpans(body: Buffer, patches: readonly SpanPatch[]): Buffer {
  const pieces: Buffer[] = [];
  let position = 0;
  for (const patch of patches.toSorted((a, b) => a.start - b.start)) {
    pieces.push(body.subarray(position, patch.start), Buffer.from(patch.text));
    position = patch.end;
  }
  pieces.push(body.subarray(position));
  return Buffer.concat(pieces);
}

/** The body with another `model`; the body itself where that is the name it has. */
export function patchModel(body: Buffer, facts: RequestFacts, model: string): Buffer {
  if (model === facts.model) return body;
  return patchSpans(body, [{ ...facts.spans.model, text: JSON.stringify(model) }]);
}
