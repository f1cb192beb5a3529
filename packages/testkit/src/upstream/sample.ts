/** What a sample answer says. */
export interface Sample {
  /** What is particular about the answer's id, `sample` by default. Clients may take answers of one id for one answer. */
  readonly id?: string;
  /** Comes before the text; the signature only where the dialect has one. */
  readonly reasoning?: { readonly text: string; readonly signature: string } | undefined;
  /** The text, in the pieces a stream sends it in. */
  readonly pieces?: readonly string[];
  readonly model?: string;
  /** Disjoint: `cachedTokens` are not counted in `inputTokens`. */
  readonly inputTokens?: number;
  readonly cachedTokens?: number;
  readonly outputTokens?: number;
  /** Calls that follow the text, with the JSON text of their arguments. */
  readonly toolCalls?: readonly { readonly id: string; readonly name: string; readonly arguments: string }[];
}

/** The pieces of a sample's text; none where it only calls. */
export function textOf(sample: Sample): readonly string[] {
  return sample.pieces ?? (sample.toolCalls === undefined ? ['Hello', ' from', ' upstream.'] : []);
}

/** A text in the two deltas that a stream sends it in. */
export function halves(text: string): readonly string[] {
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)].filter((half) => half !== '');
}
