import type { DialectId } from '@switchyard/canonical';

/** The dialects that upstreams speak. */
export const UPSTREAM_DIALECTS = ['openai-chat', 'openai-responses', 'anthropic-messages', 'gemini'] as const;
export type UpstreamDialect = (typeof UPSTREAM_DIALECTS)[number];

/** What becomes of a field in a translation. */
export type Fate =
  | { readonly type: 'carried' }
  /** The nearest thing goes instead: `note` says how. */
  | { readonly type: 'approximated'; readonly note: string }
  /** It does not arrive: `note` says why. */
  | { readonly type: 'dropped'; readonly note: string }
  /** The request makes no sense without it, so it is answered with an error: `note` says why. */
  | { readonly type: 'refused'; readonly note: string };

export const carried: Fate = { type: 'carried' };

export function approximated(note: string): Fate {
  return { type: 'approximated', note };
}

export function dropped(note: string): Fate {
  return { type: 'dropped', note };
}

export function refused(note: string): Fate {
  return { type: 'refused', note };
}

/** What becomes of one thing in each dialect it may be translated into. */
export type Fates<Target extends DialectId = UpstreamDialect> = Readonly<Record<Target, Fate>>;

/** One fate a column, in the order of `UPSTREAM_DIALECTS`. */
export function fates(...columns: readonly [chat: Fate, responses: Fate, anthropic: Fate, gemini: Fate]): Fates {
  const [chat, responses, anthropic, gemini] = columns;
  return { 'openai-chat': chat, 'openai-responses': responses, 'anthropic-messages': anthropic, gemini };
}

export function everywhere(fate: Fate): Fates {
  return fates(fate, fate, fate, fate);
}
