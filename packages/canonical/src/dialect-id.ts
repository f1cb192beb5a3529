/** A wire language that clients speak. Upstream-only languages are added when a provider needs them. */
export const DIALECT_IDS = [
  'openai-chat',
  'openai-completions',
  'openai-responses',
  'anthropic-messages',
  'gemini',
] as const;

export type DialectId = (typeof DIALECT_IDS)[number];

/**
 * Fields that only one dialect knows, by dialect. They come out again only in the dialect they came from;
 * everywhere else they are a declared loss.
 */
export type Extensions = Partial<Readonly<Record<DialectId, Readonly<Record<string, unknown>>>>>;
