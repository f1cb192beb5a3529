import { DIALECT_IDS, type DialectId, type ReasoningBlock, type RedactedReasoningBlock } from '@switchyard/canonical';

export const RESPONSES = 'openai-responses';

/**
 * What a client keeps as `encrypted_content` of reasoning that came from another family: marked with its maker, so that
 * it goes back there, and only there, when the client hands it in again.
 */
const MARK = 'switchyard';

type Proof = Pick<ReasoningBlock | RedactedReasoningBlock, 'type' | 'provenance'> & { readonly data: string };

export function sealProof({ type, provenance, data }: Proof): string {
  return provenance === RESPONSES ? data : [MARK, provenance, type, data].join(':');
}

export function openProof(content: string): Proof {
  const [mark, maker, type, ...data] = content.split(':');
  const provenance: DialectId | undefined = DIALECT_IDS.find((id) => id === maker);
  const isSealed = mark === MARK && provenance !== undefined && (type === 'reasoning' || type === 'redacted-reasoning');
  return isSealed
    ? { type, provenance, data: data.join(':') }
    : { type: 'reasoning', provenance: RESPONSES, data: content };
}
