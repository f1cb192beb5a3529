import { DIALECT_IDS, type DialectId, type ReasoningBlock, type RedactedReasoningBlock } from '@switchyard/canonical';

import { MADE_MARK } from './made-id.js';

/**
 * What a client keeps in its dialect's place for a proof of reasoning that another family gave: marked with its maker, so
 * that it goes back there, and only there, when the client hands it in again.
 */
const MARK = `${MADE_MARK}proof`;

/** `data` is empty for reasoning that its maker gave no proof of. */
export type Proof = Pick<ReasoningBlock | RedactedReasoningBlock, 'type' | 'provenance'> & { readonly data: string };

/** The proof as a client of `dialect` gets it. */
export function sealProof({ type, provenance, data }: Proof, dialect: DialectId): string {
  return provenance === dialect ? data : [MARK, provenance, type, data].join(':');
}

/** The proof that a client of `dialect` hands in; one without a mark is its own family's. */
export function openProof(content: string, dialect: DialectId): Proof {
  const [mark, maker, type, ...data] = content.split(':');
  const provenance: DialectId | undefined = DIALECT_IDS.find((id) => id === maker);
  const isSealed = mark === MARK && provenance !== undefined && (type === 'reasoning' || type === 'redacted-reasoning');
  return isSealed
    ? { type, provenance, data: data.join(':') }
    : { type: 'reasoning', provenance: dialect, data: content };
}
