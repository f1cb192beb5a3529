const SURROGATE = /[\ud800-\udfff]/;

/** How many code points a text has. Half a pair counts as one. */
export function countCodePoints(text: string): number {
  if (!SURROGATE.test(text)) return text.length;
  let count = 0;
  for (const _character of text) count += 1;
  return count;
}

/** The text before a place that is told in code points. */
export function textBefore(text: string, codePoints: number): string {
  return SURROGATE.test(text) ? [...text].slice(0, codePoints).join('') : text.slice(0, codePoints);
}

/** How many code points lie before a place that is told in bytes of UTF-8; a place within a character is where it begins. */
export function codePointsBefore(text: string, bytes: number): number {
  let count = 0;
  let passed = 0;
  for (const character of text) {
    passed += Buffer.byteLength(character);
    if (passed > bytes) break;
    count += 1;
  }
  return count;
}
