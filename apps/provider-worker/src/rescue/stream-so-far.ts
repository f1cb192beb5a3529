import type { Usage } from '@switchyard/canonical';

/** What a client has of a stream that died, for another attempt to go on from. Plain data, read by workers only. */
export interface StreamSoFar {
  /** The state of the encoder of the client's dialect that has written it, or would have. */
  readonly encoder: unknown;
  /** The model's name that the client was told. */
  readonly model: string;
  /** The text of the answer, whatever blocks it is in. */
  readonly text: string;
  /** An estimate of the tokens of the reasoning that the client was shown. */
  readonly reasoningTokens: number;
  /** The block that was left open, if one was. */
  readonly open?: OpenBlock | undefined;
  /** The index of the next block. */
  readonly nextIndex: number;
  /** What the client has to be told of the usage, as far as any upstream has said it. */
  readonly usage?: Usage | undefined;
}

export interface OpenBlock {
  readonly type: 'text' | 'reasoning';
  readonly index: number;
}

/** Whether a value that came over the wire is what a worker handed back: its outline, since nobody else makes one. */
export function isStreamSoFar(value: unknown): value is StreamSoFar {
  if (typeof value !== 'object' || value === null) return false;
  const fields: Readonly<Record<string, unknown>> = { ...value };
  return (
    fields['encoder'] !== undefined &&
    typeof fields['model'] === 'string' &&
    typeof fields['text'] === 'string' &&
    typeof fields['reasoningTokens'] === 'number' &&
    typeof fields['nextIndex'] === 'number'
  );
}
