import type { JsonObject } from '../../dialect.js';
import type { AnswerCapability } from './answer-capabilities.js';

/** A field of what upstreams of a dialect answer, and what it tells. */
export interface DeclaredAnswerField {
  /** As the upstream calls it. Warnings name it so, behind `response.`. */
  readonly field: string;
  readonly when?: string | undefined;
  readonly capability: AnswerCapability;
  /** A whole answer that has it. Texts that begin with `mark` must arrive wherever the field is carried. */
  readonly sample: JsonObject;
}
