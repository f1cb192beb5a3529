import { REASONING_EFFORTS } from '@switchyard/canonical';

const WORDS: ReadonlySet<string> = new Set([...REASONING_EFFORTS, 'none', 'auto', '-1']);

export interface SuffixedName {
  readonly base: string;
  /** What stood in the parentheses, lower-case: an effort, `none`, `auto` or a number of tokens. */
  readonly thinking?: string | undefined;
}

/** Reads `model(high)` and `model(8192)`. Parentheses that hold anything else belong to the name. */
export function splitThinkingSuffix(name: string): SuffixedName {
  if (!name.endsWith(')')) return { base: name };
  const open = name.lastIndexOf('(');
  if (open <= 0) return { base: name };
  const value = name.slice(open + 1, -1).toLowerCase();
  const understood = WORDS.has(value) || /^\d{1,9}$/.test(value);
  return understood ? { base: name.slice(0, open), thinking: value } : { base: name };
}
