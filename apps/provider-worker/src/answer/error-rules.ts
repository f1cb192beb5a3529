import type { AttemptError } from '@switchyard/wire';

/** A rule of the operator's: what an upstream's answer means, by its status and a pattern of its text. */
export interface ErrorRule {
  readonly status?: number | undefined;
  readonly pattern?: string | undefined;
  readonly action: NonNullable<AttemptError['rule']>;
}

/** What an upstream answered, or said within a stream. */
export interface FailedAnswer {
  readonly status?: number | undefined;
  /** Its body, or what is left of it. */
  readonly text: string;
}

// Long enough for any error that was written for people or programs; a page beyond it says nothing new.
const SEARCHED_CHARACTERS = 16_384;

/** The action of the first rule that fits. Patterns are searched without regard to case. */
export function ruleFor(rules: readonly ErrorRule[], { status, text }: FailedAnswer): AttemptError['rule'] {
  const searched = text.slice(0, SEARCHED_CHARACTERS);
  return rules.find(
    (rule) =>
      (rule.status === undefined || rule.status === status) &&
      (rule.pattern === undefined || expressionOf(rule.pattern)?.test(searched) === true),
  )?.action;
}

const expressions = new Map<string, RegExp | undefined>();
// A file has a handful of patterns; this many only come together over very many reloads.
const MOST_EXPRESSIONS = 1_000;

/** Undefined for what this version's regular expressions cannot say, though the configuration checked them. */
function expressionOf(pattern: string): RegExp | undefined {
  if (!expressions.has(pattern)) {
    if (expressions.size >= MOST_EXPRESSIONS) expressions.clear();
    expressions.set(pattern, compile(pattern));
  }
  return expressions.get(pattern);
}

function compile(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern, 'iu');
  } catch {
    return undefined;
  }
}
