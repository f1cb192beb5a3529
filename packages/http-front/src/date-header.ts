let second = 0;
let line = '';

/** The `date` header of an answer, with its line's end. It changes once a second. */
export function dateHeader(nowMs: number): string {
  const now = Math.floor(nowMs / 1_000);
  if (now !== second) {
    second = now;
    line = `Date: ${new Date(now * 1_000).toUTCString()}\r\n`;
  }
  return line;
}
