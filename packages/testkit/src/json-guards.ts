/** What a JSON object looks like before anything is known about it. */
export type JsonRecord = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

export function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}

export function isFilledString(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** The parsed text, or undefined where it is not JSON (`undefined` is no JSON value, so nothing is ambiguous). */
export function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}
