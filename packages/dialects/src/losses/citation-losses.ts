import type { Citation, Extensions, Warning } from '@switchyard/canonical';

/** What the citations of a dialect can say. */
export interface CitationLimits {
  /** What becomes of a citation; `dropped` where the dialect has no place for its kind. */
  fate(citation: Citation): 'carried' | 'approximated' | 'dropped';
  /** Whether they say which piece of the answer's text they are of. */
  readonly hasSpans: boolean;
  /** Whether it has them only beside words: a text that says nothing is left out, and what it rests on with it. */
  readonly needText: boolean;
  /** Whether it repeats the words of such a source. */
  quotes(citation: Citation): boolean;
}

/** For a dialect without citations. */
export const NO_CITATIONS: CitationLimits = {
  fate: () => 'dropped',
  hasSpans: false,
  needText: false,
  quotes: () => false,
};

/** Where losses are told, by fields of citations: `''` is the citation itself. */
export interface CitationLossLog {
  note(type: Warning['type'], field: '' | '.span' | '.citedText', reason: string): void;
  foreign(extensions: Extensions | undefined): void;
}

export function noteCitationLosses(citations: readonly Citation[], limits: CitationLimits, log: CitationLossLog): void {
  for (const citation of citations) noteLosses(citation, limits, log);
}

function noteLosses(citation: Citation, limits: CitationLimits, log: CitationLossLog): void {
  const fate = limits.fate(citation);
  const { span, citedText, extensions } = citation;
  if (fate === 'dropped') log.note('dropped', '', `it has no place for a citation of type ${citation.type}`);
  if (fate === 'approximated') log.note('approximated', '', 'the source is told as the nearest kind it has');
  if (span !== undefined && !limits.hasSpans) {
    const type = fate === 'dropped' ? 'dropped' : 'approximated';
    log.note(type, '.span', 'a citation is of a text as a whole');
  }
  if (citedText !== undefined && !limits.quotes(citation)) {
    log.note('dropped', '.citedText', 'citations do not repeat the words of their source');
  }
  log.foreign(extensions);
}
