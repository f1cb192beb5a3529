import type { Block } from './content.js';
import type { Extensions } from './dialect-id.js';
import type { ServerToolStep } from './server-tool.js';
import type { Usage } from './usage.js';

/** Why the model stopped. */
export type FinishReason =
  | 'stop'
  | 'stop-sequence'
  | 'length'
  | 'context-window'
  | 'tool-calls'
  | 'content-filter'
  | 'refusal'
  | 'pause'
  | 'other';

export interface Finish {
  readonly reason: FinishReason;
  /** The provider's own word. */
  readonly raw?: string | undefined;
  /** The sequence that was hit, for `stop-sequence`. */
  readonly stopSequence?: string | undefined;
}

export interface Choice {
  readonly content: readonly Block[];
  readonly finish: Finish;
  /** Steps of the provider's own tools that it tells of beside the content, once the answer is finished. */
  readonly steps?: readonly ServerToolStep[] | undefined;
  readonly extensions?: Extensions | undefined;
}

/** A whole answer in neutral form. `choices` has at least one entry. */
export interface CanonicalResponse {
  readonly id: string;
  readonly model: string;
  /** Seconds since 1970, where the provider says. */
  readonly createdAt?: number | undefined;
  readonly choices: readonly Choice[];
  readonly usage?: Usage | undefined;
  readonly extensions?: Extensions | undefined;
}
