import type { JsonObject } from '../../dialect.js';
import type { RequestCapability } from './request-capabilities.js';

/** A field of a client dialect's requests, and what it asks for. */
export interface DeclaredField {
  /** As clients write it, with `[]` for every place of a list. Warnings name it so. */
  readonly field: string;
  /** The values that this is about, where not all of them fare alike. */
  readonly when?: string | undefined;
  readonly capability: RequestCapability;
  /**
   * What a request that uses it holds beside, or instead of, what every request holds. Texts that begin with `mark` must
   * arrive wherever the field is carried.
   */
  readonly sample: JsonObject;
}
