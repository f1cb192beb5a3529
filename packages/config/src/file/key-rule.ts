/** What this version makes of a key. */
export type KeyRule =
  /** Acted on. The example is shown to whoever wrote it wrongly. */
  | { readonly type: 'supported'; readonly example: string; readonly keys?: KeyTable | undefined }
  /** Known from cliproxyapi's file or from a later version, and not acted on: a warning says what to do instead. */
  | { readonly type: 'unsupported'; readonly instead: string };

/** The keys of a mapping, or of each mapping in a list. */
export type KeyTable = Readonly<Record<string, KeyRule>>;

export const supported = (example: string, keys?: KeyTable): KeyRule => ({ type: 'supported', example, keys });
export const unsupported = (instead: string): KeyRule => ({ type: 'unsupported', instead });

/** Every name in `names` under the same rule. */
export function all(names: readonly string[], rule: KeyRule): KeyTable {
  return Object.fromEntries(names.map((name) => [name, rule]));
}
